using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>
/// How the batches of one file become batches of the scan's read schema: columns found by id or name, put in order, widened, and filled where
/// the file lacks them.
/// </summary>
internal sealed class BatchShape
{
    private readonly Schema schema;
    private readonly BatchColumn[] columns;
    private readonly int[] positions;

    private BatchShape(Schema schema, BatchColumn[] columns)
    {
        (this.schema, this.columns) = (schema, columns);
        int[] read = [.. columns.Where(column => column.FileColumn is not null).Select(column => column.FileColumn!.Value).Distinct().Order()];
        positions = [.. columns.Select(column => column.FileColumn is { } index ? System.Array.IndexOf(read, index) : -1)];
        FileColumns = read;
        FilledRowBytes = columns.Where(column => column.FileColumn is null).Sum(column => FilledArrays.RowBytes(column.Field.DataType, column.Constant));
    }

    /// <summary>Indexes of the file's top-level columns that are read, ascending.</summary>
    public IReadOnlyList<int> FileColumns { get; }

    /// <summary>Bytes that a row takes in columns that are not read from the file.</summary>
    public double FilledRowBytes { get; }

    public IReadOnlyList<BatchColumn> Columns => columns;

    /// <summary>This column of the file may come in the stored form, and stays in it.</summary>
    public bool TakesForm(int fileColumn, IArrowType stored) =>
        columns.All(column => column.FileColumn != fileColumn || (column.Shape is SharedShape shared && shared.InForm(stored) is not null));

    /// <summary>Variants are among what is read, which become text.</summary>
    public bool HasVariants => columns.Any(column => column.FileColumn is not null && HasVariant(column.Field));

    /// <param name="scan">What is wanted.</param>
    /// <param name="task">The file's constants, and the columns that tell its deleted rows, which come behind the wanted ones.</param>
    /// <param name="file">The file's schema.</param>
    /// <param name="stored">The types that its arrays arrive in; the same schema unless <paramref name="decode"/> bridges them.</param>
    /// <param name="decode">See <see cref="ShapeBuilder"/>.</param>
    /// <exception cref="CorruptTableException">A required column is missing, types do not fit, or more than one column fits.</exception>
    /// <exception cref="UnsupportedFeatureException">The file has no field ids to match by.</exception>
    public static BatchShape Of(
        Scan scan, ScanTask task, Schema file, Schema stored, Func<IArrowType, IArrowType, IArrowType, ShapeContext, ColumnShape?>? decode)
    {
        Schema schema = task.Deletes is { KeyColumns: { Count: > 0 } keys }
            ? new Schema([.. scan.ReadSchema.FieldsList, .. keys], scan.ReadSchema.Metadata)
            : scan.ReadSchema;
        return Of(schema, scan.Matching, task.File.ToString(), task.Constants, task.ConstantsWin, file, stored, decode, task.MemberConstants, mustHaveAll: false);
    }

    /// <summary>Just the columns that tell the deleted rows of a data file, found as they are beside the table's columns.</summary>
    public static BatchShape OfKeys(
        ScanTask task, IReadOnlyList<Field> columns, ColumnMatching matching, Schema file, Schema stored, Func<IArrowType, IArrowType, IArrowType, ShapeContext, ColumnShape?>? decode) =>
        Of(new Schema([.. columns, .. task.Deletes!.KeyColumns], null), matching, task.File.ToString(), task.Constants, task.ConstantsWin, file, stored, decode, task.MemberConstants, mustHaveAll: false, columns.Count);

    /// <summary>Columns that the file must have, at every level, as far as they have no default; found by field id.</summary>
    /// <exception cref="CorruptTableException">It lacks one, or types do not fit.</exception>
    public static BatchShape OfColumns(
        Schema wanted, string name, Schema file, Schema stored, Func<IArrowType, IArrowType, IArrowType, ShapeContext, ColumnShape?>? decode) =>
        Of(wanted, ColumnMatching.FieldId, name, ScanTask.NoConstants, constantsWin: false, file, stored, decode, memberConstants: null, mustHaveAll: true);

    private static BatchShape Of(
        Schema schema,
        ColumnMatching matching,
        string name,
        IReadOnlyDictionary<string, Scalar> constants,
        bool constantsWin,
        Schema file,
        Schema stored,
        Func<IArrowType, IArrowType, IArrowType, ShapeContext, ColumnShape?>? decode,
        IReadOnlyDictionary<int, Scalar>? memberConstants,
        bool mustHaveAll,
        int leftOut = 0)
    {
        IReadOnlyList<Field> wanted = schema.FieldsList;
        (file, FieldMatcher matcher) = FieldIdentity.Of(matching, wanted, file, name);
        var builder = new ShapeBuilder(matcher, decode) { MustHaveAll = mustHaveAll, Constants = memberConstants };
        BatchColumn[] made = [.. wanted.Skip(leftOut).Select(Column)];
        return new BatchShape(leftOut == 0 ? schema : new Schema([.. made.Select(column => column.Field)], null), made);

        BatchColumn Column(Field field)
        {
            bool hasConstant = constants.TryGetValue(field.Name, out Scalar? constant);
            int? source = hasConstant && constantsWin ? null : matcher.Find(field, wanted, file.FieldsList);
            var context = new ShapeContext(name, field.Name);
            if (source is { } index)
            {
                Field from = file.FieldsList[index];
                ColumnShape shape = builder.Build(stored.FieldsList[index].DataType, from, field, context);
                return new BatchColumn(field, index, shape, ShapeBuilder.CheckOf(from, field, context), null);
            }

            // Iceberg spec, "Column Projection": a partition value goes before the default, also when it is null.
            constant ??= field.InitialDefault();
            if ((mustHaveAll || !field.IsNullable) && (constant is null || constant.IsNull))
                throw ShapeBuilder.MissingFrom(context);
            return new BatchColumn(field, null, null, null, constant);
        }
    }

    /// <summary>The file's own columns, in its order.</summary>
    public static BatchShape OfFile(
        string name, IReadOnlyList<int> fileColumns, Schema file, Schema stored, Func<IArrowType, IArrowType, IArrowType, ShapeContext, ColumnShape?>? decode)
    {
        var builder = new ShapeBuilder(new FieldMatcher(ColumnMatching.Name, name), decode);
        return new BatchShape(
            new Schema([.. fileColumns.Select(index => file.FieldsList[index])], null),
            [.. fileColumns.Select(index => Column(file.FieldsList[index], index))]);

        BatchColumn Column(Field field, int index) => new(
            field, index, builder.Build(stored.FieldsList[index].DataType, field, field, new ShapeContext(name, field.Name)), null, null);
    }

    /// <summary>Columns of one schema as those at the same places of another, behind which more may be, with their default or nulls; members of structs are found by name.</summary>
    public static BatchShape OfPlaces(string name, Schema from, Schema to)
    {
        var builder = new ShapeBuilder(new FieldMatcher(ColumnMatching.Name, name) { UsesTableNames = true }, decode: null)
        {
            MustHaveAll = true,
            IsForTarget = true,
        };
        int given = from.FieldsList.Count;
        return new BatchShape(to, [.. to.FieldsList.Select((field, place) =>
            place < given ? Column(from.FieldsList[place], field, place) : new BatchColumn(field, null, null, null, field.InitialDefault()))]);

        BatchColumn Column(Field source, Field field, int place)
        {
            var context = new ShapeContext(name, field.Name);
            return new BatchColumn(field, place, builder.Build(source.DataType, source, field, context), ShapeBuilder.CheckOf(source, field, context), null);
        }
    }

    /// <summary>Columns of one schema as those of the same names of another, at every level; where the first lacks one, there is its default or nulls.</summary>
    public static BatchShape OfNames(string name, Schema from, Schema to)
    {
        var builder = new ShapeBuilder(new FieldMatcher(ColumnMatching.Name, name) { UsesTableNames = true }, decode: null) { IsForTarget = true };
        List<Field> given = [.. from.FieldsList];
        return new BatchShape(to, [.. to.FieldsList.Select(Column)]);

        BatchColumn Column(Field field)
        {
            int place = given.FindIndex(source => source.Name == field.Name);
            if (place < 0)
                return new BatchColumn(field, null, null, null, field.InitialDefault());
            var context = new ShapeContext(name, field.Name);
            return new BatchColumn(field, place, builder.Build(given[place].DataType, given[place], field, context), ShapeBuilder.CheckOf(given[place], field, context), null);
        }
    }

    /// <summary>As below, of columns without a batch around them.</summary>
    public RecordBatch ApplyTo(ArrayData[] source, int rows, MemoryAllocator allocator) => Apply(index => source[index], rows, allocator);

    /// <summary>Shapes a batch of the file's columns <see cref="FileColumns"/>, which the caller still owns; the result is the caller's too.</summary>
    /// <param name="source">The batch; null when no column is read from the file.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="allocator">Where new buffers come from.</param>
    public RecordBatch Apply(RecordBatch? source, int rows, MemoryAllocator allocator) => Apply(index => source?.Column(index).Data, rows, allocator);

    private RecordBatch Apply(Func<int, ArrayData?> source, int rows, MemoryAllocator allocator)
    {
        var buffers = new TakenBuffers(allocator);
        try
        {
            var arrays = new List<IArrowArray>(columns.Length);
            for (int i = 0; i < columns.Length; i++)
                arrays.Add(ArrowArrayFactory.BuildArray(Column(columns[i], positions[i] < 0 ? null : source(positions[i]), rows, buffers)));
            return new RecordBatch(SchemaOf(arrays), arrays, rows);
        }
        catch
        {
            buffers.Release();
            throw;
        }
    }

    /// <summary>The table's schema, but for columns in stored forms.</summary>
    private Schema SchemaOf(List<IArrowArray> arrays)
    {
        Field[]? fields = null;
        for (int i = 0; i < arrays.Count; i++)
        {
            IArrowType type = arrays[i].Data.DataType;
            if (columns[i].Shape is not SharedShape shared || shared.InForm(type) is null)
                continue;
            fields ??= [.. schema.FieldsList];
            fields[i] = new Field(fields[i].Name, type, fields[i].IsNullable, fields[i].Metadata);
        }

        return fields is null ? schema : new Schema(fields, schema.Metadata);
    }

    private static bool HasVariant(Field field) => field.IsVariant() || field.DataType switch
    {
        StructType type => type.Fields.Any(HasVariant),
        ListType type => HasVariant(type.ValueField),
        MapType type => HasVariant(type.ValueField),
        _ => false,
    };

    private static ArrayData Column(BatchColumn column, ArrayData? source, int rows, TakenBuffers buffers)
    {
        if (source is not null)
        {
            column.Required?.CheckColumn(source);
            return column.Shape!.Apply(source, buffers);
        }

        return FilledArrays.Constant(column.Field, column.Constant, rows, buffers);
    }
}
