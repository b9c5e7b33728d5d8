using Apache.Arrow;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet;

/// <summary>The schema of a file in each of its forms. Files with the same schema share one: most files of a table have, and making it is most of the work of a small footer.</summary>
internal sealed class ParquetSchema
{
    /// <summary>As many as one table's files have over its life, mostly; they stay until others take their places.</summary>
    private const int MostKept = 16;

    /// <summary>The last ones, the latest first. Replaced as a whole: of two that come at the same time one is made again.</summary>
    private static volatile ParquetSchema[] kept = [];

    private readonly ReadOnlyMemory<byte> elements;

    private ParquetSchema(ReadOnlyMemory<byte> elements, Location file)
    {
        this.elements = elements;
        var reader = new CompactReader(elements.Span);
        Root = SchemaTree.Build(SchemaParser.ParseList(ref reader, CompactType.List));
        Leaves = [.. Root.Leaves];
        FooterChecks.Check(file, Leaves);
        Stored = NativeErrors.Wrap(file.ToString(), () => ArrowSchemas.StoredSchema(Root));
        Corrected = ArrowSchemas.Correct(Stored, Root);
        Readable = ArrowSchemas.Readable(Corrected);
        Features = FileFeatures.OfTypes(Root.Children);
    }

    public SchemaNode Root { get; }

    /// <summary>Its leaf columns, in order.</summary>
    public IReadOnlyList<SchemaNode> Leaves { get; }

    /// <summary>With the types that the native reader gives: see <see cref="ArrowSchemas"/>.</summary>
    public Schema Stored { get; }

    /// <summary>With the types of the file; a variant is the group that it is stored as.</summary>
    public Schema Corrected { get; }

    /// <summary>What rows are read with.</summary>
    public Schema Readable { get; }

    /// <summary>What its types use.</summary>
    public IReadOnlyList<TableFeature> Features { get; }

    /// <param name="elements">The list of <c>SchemaElement</c>, as the footer has it; not kept.</param>
    /// <param name="file">For messages.</param>
    /// <exception cref="ThriftException">The bytes are no such list, or its elements do not form one tree.</exception>
    /// <exception cref="Core.Errors.CorruptTableException">Its types cannot be.</exception>
    public static ParquetSchema Of(ReadOnlySpan<byte> elements, Location file)
    {
        ParquetSchema[] known = kept;
        foreach (ParquetSchema schema in known)
        {
            if (schema.elements.Span.SequenceEqual(elements))
                return schema;
        }

        var made = new ParquetSchema(elements.ToArray(), file);
        kept = [made, .. known.AsSpan(0, Math.Min(known.Length, MostKept - 1))];
        return made;
    }
}
