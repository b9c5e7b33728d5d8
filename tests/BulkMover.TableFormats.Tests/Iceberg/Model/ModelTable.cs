using System.Text.Json.Nodes;

namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>
/// An Iceberg table that is changed at random and knows its rows: the files and deletes are kept as plain values, and
/// <see cref="Rows"/> applies the rules of "Scan Planning" and "Column Projection" to them one by one.
/// </summary>
internal sealed class ModelTable
{
    private const string Data = "s3://lake/db/t/data";
    private const int FirstPartitionId = 1000;

    private readonly Random random;
    private readonly ModelWriter writer;
    private readonly List<ModelColumn> columns = [];
    private readonly List<ModelDataFile> files = [];
    private readonly List<ModelPositionDeletes> positions = [];
    private readonly Dictionary<string, HashSet<long>> vectors = new(StringComparer.Ordinal);
    private readonly List<ModelEqualityDeletes> equality = [];
    private readonly List<IReadOnlyList<ModelPartition>> specs = [[]];
    private readonly Dictionary<int, ModelType> widest = [];
    private readonly SortedDictionary<int, ModelColumn> everyColumn = [];
    private int version;
    private int lastId;
    private int names;
    private int paths;
    private int currentSpec;
    private long sequenceNumber;

    public ModelTable(int seed)
    {
        random = new Random(seed);
        version = random.GetItems([1, 2, 2, 3], 1)[0];
        writer = new ModelWriter(random);
        for (int i = random.Next(1, 5); i > 0; i--)
            columns.Add(NewColumn());
        SetSchema();
        SetSpec([]);
    }

    public TestTable Written => writer.Table;

    public IReadOnlyList<ModelColumn> Columns => columns;

    /// <summary>"Row Lineage" is of version 3.</summary>
    public bool HasLineage => version == 3;

    /// <summary>What each snapshot had when it was made: its columns and rows.</summary>
    public List<(long Id, ModelColumn[] Columns, List<ModelRow> Rows)> Snapshots { get; } = [];

    public void Change()
    {
        switch (random.Next(20))
        {
            case 0: Add(); break;
            case 1: Drop(); break;
            case 2: Rename(); break;
            case 3: Move(); break;
            case 4: Promote(); break;
            case 5: Repartition(); break;
            case 6: version = Math.Min(version + 1, 3); break;
            case 7: RemoveFile(); break;
            case 8: Rewrite(); break;
            case 9 or 10 or 11: DeletePositions(); break;
            case 12 or 13: DeleteEqual(); break;
            default: Append(); break;
        }

        SetSchema();
    }

    /// <summary>The rows that the table has, as the current schema shows them.</summary>
    public List<ModelRow> Rows() => [.. files.SelectMany(LiveRows)];

    private void Add()
    {
        int inside = columns.FindIndex(column => column.Type is null);
        if (inside >= 0 && random.Next(2) == 0)
            columns[inside] = columns[inside] with { Fields = [.. columns[inside].Fields, NewPrimitive()] };
        else
            columns.Insert(random.Next(columns.Count + 1), NewColumn());
    }

    private void Drop()
    {
        int index = random.Next(columns.Count);
        if (columns.Count > 1 && !IsPartitionSource(columns[index].Id))
            columns.RemoveAt(index);
    }

    private void Rename()
    {
        int index = random.Next(columns.Count);
        // A name that was another column's before must not find that column's values.
        string name = names > 1 && random.Next(2) == 0 ? $"c{random.Next(names)}" : NewName();
        if (columns.All(column => column.Name != name))
            columns[index] = columns[index] with { Name = name };
    }

    private void Move()
    {
        int from = random.Next(columns.Count);
        ModelColumn column = columns[from];
        columns.RemoveAt(from);
        columns.Insert(random.Next(columns.Count + 1), column);
    }

    private void Promote()
    {
        int index = random.Next(columns.Count);
        columns[index] = columns[index].Type is null
            ? columns[index] with { Fields = [.. columns[index].Fields.Select(Promoted)] }
            : Promoted(columns[index]);

        // "Schema Evolution": a date becomes no timestamp where a partition's value would be another one then; nor do we have its default change.
        ModelColumn Promoted(ModelColumn column) => column.Type!.Promoted(version) is { } wider
            && !(wider == ModelType.Timestamp && (column.Default is not null || specs.Any(spec => spec.Any(field => field.Source == column.Id))))
            ? column with { Type = wider }
            : column;
    }

    private void Repartition()
    {
        (ModelColumn Column, string Transform)[] possible =
            [.. columns.Where(column => column.IsPrimitive).SelectMany(column => ModelPartition.TransformsOf(column.Type!), (column, transform) => (column, transform))];
        random.Shuffle(possible);
        // What only the partition knows is a case of identity: half of the fields.
        if (random.Next(2) == 0)
            possible = [.. possible.OrderBy(field => field.Transform != "identity")];
        SetSpec([.. possible.Take(random.Next(3)).Select((field, i) => new ModelPartition(FirstPartitionId + (10 * specs.Count) + i, field.Column.Id, field.Transform))]);
    }

    private void Append()
    {
        ModelRow[] rows = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => ModelRow.Random(columns, random))];
        ModelScope scope = ScopeOf(rows[0]);
        WriteData([.. rows.Where(row => ScopeOf(row).Equals(scope))], scope, NextSequenceNumber());
        Commit();
    }

    /// <summary>Live rows of a file in a new one, which may keep the old one's sequence number as compaction does.</summary>
    private void Rewrite()
    {
        if (files.Count == 0)
            return;
        ModelDataFile old = files[random.Next(files.Count)];
        List<ModelRow> rows = [.. LiveRows(old)];
        if (rows.Count == 0 || rows.Any(row => !ScopeOf(row).Equals(ScopeOf(rows[0]))))
            return;
        Remove(old);
        // "Row Lineage": rows keep their ids when they move, unless the writer makes new rows of them.
        foreach (ModelRow row in rows.Where(_ => random.Next(4) == 0))
            (row[ModelColumn.RowId.Id], row[ModelColumn.LastUpdated.Id]) = (null, random.Next(2) == 0 ? null : row[ModelColumn.LastUpdated.Id]);
        long next = NextSequenceNumber();
        WriteData(rows, ScopeOf(rows[0]), version > 1 && random.Next(2) == 0 ? old.SequenceNumber : next, hasLineage: HasLineage && random.Next(2) == 0);
        Commit();
    }

    private void RemoveFile()
    {
        if (files.Count == 0)
            return;
        Remove(files[random.Next(files.Count)]);
        NextSequenceNumber();
        Commit();
    }

    private void DeletePositions()
    {
        if (version == 1 || files.Count == 0)
            return;
        ModelDataFile first = files[random.Next(files.Count)];
        long next = NextSequenceNumber();
        if (version == 3)
        {
            // "Deletion Vectors": it takes in what position delete files said of the file before.
            HashSet<long> all = [.. Enumerable.Range(0, first.Rows.Count).Select(row => (long)row).Where(row => random.Next(3) == 0 || IsDeletedByPosition(first, row))];
            if (all.Count == 0)
                return;
            vectors[first.Path] = all;
            writer.WriteVector(first, next, all);
        }
        else
        {
            ModelDataFile[] near = [.. files.Where(file => file == first || (file.Scope.Equals(first.Scope) && random.Next(2) == 0))];
            (string Path, long Position)[] rows = [.. near.OrderBy(file => file.Path, StringComparer.Ordinal)
                .SelectMany(file => Enumerable.Range(0, file.Rows.Count).Where(_ => random.Next(3) == 0).Select(row => (file.Path, (long)row)))];
            if (rows.Length == 0)
                return;
            positions.Add(new ModelPositionDeletes(next, rows));
            writer.WritePositions(specs[first.Scope.SpecId], first.Scope, columns, next, rows);
        }

        Commit();
    }

    private void DeleteEqual()
    {
        ModelColumn[] keys = [.. columns.Where(column => column.IsPrimitive && column.Type != ModelType.Float && column.Type != ModelType.Double)];
        if (version == 1 || keys.Length == 0 || files.Count == 0)
            return;
        random.Shuffle(keys);
        keys = keys[..Math.Min(keys.Length, random.Next(1, 3))];
        ModelScope scope = random.Next(2) == 0 ? new ModelScope(0, []) : files[random.Next(files.Count)].Scope;
        ModelDataFile near = files[random.Next(files.Count)];
        ModelRow[] rows = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => near.Rows.Count > 0 && random.Next(3) > 0
            ? Read(near, near.Rows[random.Next(near.Rows.Count)], keys)
            : ModelRow.Random(keys, random))];
        long next = NextSequenceNumber();
        // "Scan Planning": an equality delete file of an unpartitioned spec applies to all files.
        equality.Add(new ModelEqualityDeletes(next, specs[scope.SpecId].Count == 0 ? null : scope, keys, rows));
        writer.WriteEquality(specs[scope.SpecId], scope, columns, next, keys, rows);
        Commit();
    }

    private void WriteData(IReadOnlyList<ModelRow> rows, ModelScope scope, long number, bool hasLineage = false)
    {
        // A migrated Hive table has identity columns in its partitions alone.
        ModelPartition[] identity = [.. specs[scope.SpecId].Where(field => field.Transform == "identity")];
        bool leaveOut = identity.Length > 0 && identity.Length < columns.Count && random.Next(2) == 0;
        var constants = leaveOut ? identity.ToDictionary(field => field.Source, field => scope.Values[specs[scope.SpecId].ToList().IndexOf(field)]) : [];
        var file = new ModelDataFile($"{Data}/data-{paths++}", scope, number,
            [.. columns.Where(column => !constants.ContainsKey(column.Id)), .. hasLineage ? [ModelColumn.RowId, ModelColumn.LastUpdated] : (ModelColumn[])[]], constants, rows)
        {
            HasIds = hasLineage || random.Next(4) > 0,
        };
        files.Add(file);
        writer.WriteData(specs[scope.SpecId], columns, file);
    }

    private void Remove(ModelDataFile file)
    {
        files.Remove(file);
        vectors.Remove(file.Path);
        writer.Remove(file);
    }

    private void Commit()
    {
        long id = 100 + Snapshots.Count;
        writer.Commit(id, version, sequenceNumber);
        Snapshots.Add((id, [.. columns], Rows()));
    }

    /// <summary>With what they have or inherit by "Row Lineage".</summary>
    private IEnumerable<ModelRow> LiveRows(ModelDataFile file)
    {
        Dictionary<int, ModelColumn> written = file.Columns.ToDictionary(column => column.Id);
        long? first = writer.FirstRowId(file);
        for (int position = 0; position < file.Rows.Count; position++)
        {
            if (IsDeleted(file, position))
                continue;
            ModelRow row = Read(file, file.Rows[position], columns);
            row[ModelColumn.RowId.Id] = Written(ModelColumn.RowId) ?? first + position;
            row[ModelColumn.LastUpdated.Id] = Written(ModelColumn.LastUpdated) ?? file.SequenceNumber;
            yield return row;

            object? Written(ModelColumn column) => written.ContainsKey(column.Id) ? file.Rows[position][column.Id] : null;
        }
    }

    private bool IsDeleted(ModelDataFile file, int position) =>
        IsDeletedByPosition(file, position) || equality.Any(deletes => AppliesTo(deletes, file) && deletes.Rows.Any(row => IsEqual(deletes, row, file, position)));

    /// <summary>A deletion vector takes the place of position delete files.</summary>
    private bool IsDeletedByPosition(ModelDataFile file, long position) => vectors.TryGetValue(file.Path, out HashSet<long>? vector)
        ? vector.Contains(position)
        : positions.Any(deletes => deletes.SequenceNumber >= file.SequenceNumber && deletes.Rows.Contains((file.Path, position)));

    private static bool AppliesTo(ModelEqualityDeletes deletes, ModelDataFile file) =>
        deletes.SequenceNumber > file.SequenceNumber && (deletes.Scope is null || deletes.Scope.Equals(file.Scope));

    /// <summary>Null equals null, and a column that the file lacks is null or its partition's value.</summary>
    private bool IsEqual(ModelEqualityDeletes deletes, ModelRow key, ModelDataFile file, int position)
    {
        ModelColumn[] keys = [.. deletes.Keys.Select(column => column with { Type = widest[column.Id] })];
        ModelRow row = Read(file, file.Rows[position], keys), wanted = Promote(deletes.Keys, key, keys);
        return keys.All(column => ModelScope.Same(wanted[column.Id], row[column.Id]));
    }

    private static ModelRow Promote(IReadOnlyList<ModelColumn> written, ModelRow row, IReadOnlyList<ModelColumn> wanted)
    {
        var promoted = new ModelRow();
        foreach ((ModelColumn from, ModelColumn to) in written.Zip(wanted))
            promoted[to.Id] = row[from.Id] is { } value ? from.Type!.Promote(value, to.Type!) : null;
        return promoted;
    }

    /// <summary>A row of a file with these columns: found by field id, promoted to their types ("Column Projection").</summary>
    private static ModelRow Read(ModelDataFile file, ModelRow row, IReadOnlyList<ModelColumn> wanted)
    {
        Dictionary<int, ModelColumn> written = file.Columns.SelectMany(column => column.SelfAndBelow).ToDictionary(column => column.Id);
        var read = new ModelRow();
        foreach (ModelColumn column in wanted.SelectMany(column => column.SelfAndBelow))
        {
            // "Column Projection": the file's value, the partition's, the default.
            object? value = written.ContainsKey(column.Id) ? row[column.Id]
                : file.Constants.TryGetValue(column.Id, out object? constant) ? constant
                : column.Default;
            ModelType? from = written.GetValueOrDefault(column.Id)?.Type ?? column.Type;
            read[column.Id] = value is object?[] list ? list.Select(item => item is null ? null : from!.Promote(item, column.Type!)).ToArray()
                : value is null || column.Type is null ? value
                : from!.Promote(value, column.Type);
        }

        return read;
    }

    private ModelScope ScopeOf(ModelRow row) =>
        new(currentSpec, [.. specs[currentSpec].Select(field => field.Apply(columns.First(column => column.Id == field.Source).Type!, row[field.Source]))]);

    private bool IsPartitionSource(int id) => specs[currentSpec].Any(field => field.Source == id);

    /// <summary>In version 1 all snapshots have the number 0.</summary>
    private long NextSequenceNumber() => version == 1 ? 0 : ++sequenceNumber;

    private void SetSpec(IReadOnlyList<ModelPartition> fields)
    {
        if (fields.Count > 0)
            specs.Add(fields);
        currentSpec = fields.Count == 0 ? 0 : specs.Count - 1;
        writer.Table.WithSpec(currentSpec, fields.Select(field => field.Json));
    }

    private void SetSchema()
    {
        foreach (ModelColumn column in columns.Where(column => column.IsPrimitive))
            widest[column.Id] = column.Type!;
        foreach (ModelColumn column in columns)
            everyColumn[column.Id] = column;
        JsonObject metadata = writer.Table.Metadata;
        metadata["properties"]!["schema.name-mapping.default"] = new JsonArray([.. everyColumn.Values.Select(column => column.ToNameMapping())]).ToJsonString();
        JsonArray schemas = writer.SchemaId == 0 ? [] : metadata["schemas"]!.AsArray();
        var schema = new JsonObject { ["type"] = "struct", ["schema-id"] = ++writer.SchemaId, ["fields"] = new JsonArray([.. columns.Select(column => column.ToJson())]) };
        schemas.Add(schema);
        metadata["schemas"] = schemas;
        metadata["current-schema-id"] = writer.SchemaId;
        metadata["last-column-id"] = lastId;
        metadata["format-version"] = version;
        metadata["last-sequence-number"] = sequenceNumber;
    }

    private ModelColumn NewColumn() => random.Next(6) switch
    {
        0 => new ModelColumn(++lastId, NewName(), null, false, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => NewPrimitive())]),
        1 => NewPrimitive() with { Id = (lastId += 2) - 1, IsList = true, Default = null },
        _ => NewPrimitive(),
    };

    private ModelColumn NewPrimitive()
    {
        ModelType type = ModelType.All[random.Next(ModelType.All.Count)];
        // JSON has no number for infinity and NaN.
        object[] defaults = [.. type.Values.Where(value => value is not double number || double.IsFinite(number))];
        return new ModelColumn(++lastId, NewName(), type, false, [])
        {
            Default = version == 3 && random.Next(2) == 0 ? defaults[random.Next(defaults.Length)] : null,
        };
    }

    private string NewName() => $"c{names++}";
}
