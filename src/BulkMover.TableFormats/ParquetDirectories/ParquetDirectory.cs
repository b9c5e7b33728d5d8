using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>
/// A directory of Parquet files as a target. It has no log, so what is in it is the table: files are written below a hidden directory and moved when all are
/// there. That is not one step for readers, and the plan says so.
/// </summary>
internal sealed class ParquetDirectory(IWritableStore store, Location root, LakeOptions options) : ITableFormat
{
    private const int ChangesAtOnce = 64;

    /// <summary>What lists of the files that a copy replaces begin with.</summary>
    private const string ReplacedName = "replaced-";

    /// <summary>What Parquet has no type for (<see cref="TypeRow.Source"/>).</summary>
    private static readonly HashSet<string> NoType = ["extension", "duration", "interval", "union", "list_view", "large_list_view", "run_end_encoded"];

    public Location Root => root;

    public bool ShowsAtOnce => false;

    public string FilesDirectory(TransferId transfer, long number) => $"{TransferLedger.Directory}/files/{NameOf(transfer, number)}";

    public async Task<TableWrite> PlanAsync(TargetRequest request, Task<bool> hasBegun, CancellationToken cancellationToken)
    {
        foreach (Field field in request.Schema.FieldsList)
            ThrowIfNoType(field, field.Name);
        ParquetFile? first = await FirstFileAsync(cancellationToken);
        if (request.Mode == CopyMode.Create && first is not null && !await hasBegun)
        {
            throw new TargetException("parquet.directory_not_empty",
                $"'{root}' has files already, among them '{first.Path}'. Use --mode append to add rows, --mode replace to put the copy in their place, or another directory.");
        }

        ParquetFile? kept = request.Mode == CopyMode.Append ? first : null;
        IReadOnlyList<string> partitions = options.PartitionBy ?? (kept is null ? KeptPartitions.Of(request, field => field.DataType is Int32Type or Int64Type or Date32Type) : [.. HivePath.Parse(kept.Path).Select(value => value.Column)]);
        PartitionColumn[] columns = [.. partitions.Select(name => Partition(request.Schema, name))];
        if (columns.Length > 0 && columns.Length == request.Schema.FieldsList.Count)
            throw new TargetException("parquet.only_partitions", "Every column is a partition column, so files would have none. Leave one out of --partition-by.");
        var write = new TableWrite(
            new Schema([.. request.Schema.FieldsList.Select(field => FieldTree.Rebuild(field, Leaf))], null), columns,
            [.. request.Schema.FieldsList.Select((field, place) => Describe(field, System.Array.Exists(columns, column => column.Source == place)))],
            Steps(request, columns),
            [
                "A directory of Parquet files has no log: while the files are moved to their places at the end, readers see some of them." +
                    (request.Mode == CopyMode.Replace ? " For that time they see rows of both, and nothing is missing at any moment." : ""),
                .. NotKept(request, options.PartitionBy is null && kept is null && columns.Length == 0),
            ])
        {
            LeavesPartitionColumnsOut = true,
            KeepsMetrics = false,
            CheckPartition = ThrowUnlessInPaths,
        };
        if (kept is not null)
            await ThrowUnlessAlikeAsync(kept, write, cancellationToken);
        return write;
    }

    // The directory tells nothing of transfers; that a commit is repeated does no harm.
    public Task<long> LastCommitAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult(0L);

    // Its files have their names from the number, and one of the same name would take the place of the other.
    public async Task<long> LastNumberAsync(TransferId transfer, CancellationToken cancellationToken)
    {
        long last = 0;
        string start = $"{transfer}-";
        await foreach (ParquetFile file in (await FilesAsync(cancellationToken)).ListAsync(leftOut: null, cancellationToken))
        {
            string name = file.Object.Location.Name;
            if (name.StartsWith(start, StringComparison.Ordinal) && long.TryParse(name[start.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                last = Math.Max(last, number);
        }

        return last;
    }

    /// <summary>
    /// The directory tells its own files only. Where those are gone and others are there, the lists of what was replaced tell whether a later copy did that; else somebody may have
    /// written the same rows again.
    /// </summary>
    public async Task<bool> IsInForceAsync(CompleteCommit commit, CancellationToken cancellationToken)
    {
        string start = $"{NameOf(commit.Transfer, commit.Number)}-";
        bool isEmpty = true;
        await foreach (ParquetFile file in (await FilesAsync(cancellationToken)).ListAsync(leftOut: null, cancellationToken))
        {
            if (file.Object.Location.Name.StartsWith(start, StringComparison.Ordinal))
                return true;
            isEmpty = false;
        }

        return !isEmpty && commit.Mode != CopyMode.Replace && !await WasReplacedAsync(start, cancellationToken);
    }

    public async Task<TableVersion?> CommitAsync(TableCommit commit, CancellationToken cancellationToken)
    {
        string directory = FilesDirectory(commit.Request.Transfer, commit.Number), name = NameOf(commit.Request.Transfer, commit.Number);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ChangesAtOnce, CancellationToken = cancellationToken };
        IReadOnlyList<Location> replaced = await ReplacedAsync(commit, cancellationToken);
        // The load still holds the bytes of a file that is open, and at its commit none is.
        using var passing = new SemaphoreSlim(1);
        bool hasFiles = false;
        await Parallel.ForEachAsync(commit.Files(cancellationToken), options, async (file, stopping) =>
        {
            hasFiles = true;
            await MoveAsync(file, root.Combine(PlaceOf(file.Path[(directory.Length + 1)..], name)), passing, stopping);
        });
        if (!hasFiles)
            await WriteEmptyAsync(root.Combine($"{name}-000000.parquet"), commit.Write.Schema, cancellationToken);
        await Parallel.ForEachAsync(replaced, options, async (old, stopping) => await store.DeleteAsync(old, stopping));
        // What dead runs have left there.
        await Abandoned.RemoveAsync(store, root.Combine(directory), _ => true, cancellationToken);
        return null;
    }

    public Task TakeBackAsync(TransferId transfer, long number, CancellationToken cancellationToken) => Abandoned.RemoveAsync(
        store, root, location => location.Name.StartsWith($"{NameOf(transfer, number)}-", StringComparison.Ordinal) && !location.IsUnder(root.Combine(TransferLedger.Directory)), cancellationToken);

    /// <summary>
    /// The files that are to go, as they were when the commit began: what others put there since stays, also when it is repeated. A name without an ending may
    /// be data or not, which its first bytes tell.
    /// </summary>
    private async Task<IReadOnlyList<Location>> ReplacedAsync(TableCommit commit, CancellationToken cancellationToken)
    {
        if (commit.Request.Mode != CopyMode.Replace)
            return [];
        Location list = TransferLedger.InDirectoryOf(root, commit.Request.Transfer, string.Create(CultureInfo.InvariantCulture, $"{ReplacedName}{commit.Number}.txt"));
        if (!await store.ExistsAsync(list, cancellationToken))
        {
            var paths = new StringBuilder();
            await foreach (ParquetFile file in (await FilesAsync(cancellationToken)).ListAsync(leftOut: null, cancellationToken))
            {
                if (Path.HasExtension(file.Path) || await IsParquetAsync(file.Object, cancellationToken))
                    paths.Append(file.Path).Append('\n');
            }

            await store.TryPutNewAsync(list, Encoding.UTF8.GetBytes(paths.ToString()), cancellationToken);
        }

        return [.. (await PathsAsync(list, knownBytes: null, cancellationToken)).Select(path => root.Combine(path))];
    }

    /// <summary>Whether a file whose name begins so was replaced by a later copy.</summary>
    private async Task<bool> WasReplacedAsync(string start, CancellationToken cancellationToken)
    {
        await foreach (StoredObject found in store.ListAsync(root.Combine($"{TransferLedger.Directory}/transfers"), cancellationToken))
        {
            if (found.Location.Name.StartsWith(ReplacedName, StringComparison.Ordinal)
                && (await PathsAsync(found.Location, found.Bytes, cancellationToken)).Any(path => path.AsSpan(path.LastIndexOf('/') + 1).StartsWith(start, StringComparison.Ordinal)))
                return true;
        }

        return false;
    }

    private async Task<string[]> PathsAsync(Location list, long? knownBytes, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await store.ReadAllAsync(list, knownBytes, cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<bool> IsParquetAsync(StoredObject file, CancellationToken cancellationToken)
    {
        byte[] magic = new byte[4];
        if (file.Bytes < magic.Length)
            return false;
        await using IRangeReader reader = await store.OpenAsync(file.Location, file.Bytes, cancellationToken);
        await reader.ReadAsync(0, magic, cancellationToken);
        return magic.AsSpan().SequenceEqual("PAR1"u8);
    }

    private static string NameOf(TransferId transfer, long number) => $"{transfer}-{number}";

    /// <summary>Where a file is in the end: in the same partition directories, its name beginning with that of the commit.</summary>
    private static string PlaceOf(string path, string name)
    {
        int slash = path.LastIndexOf('/') + 1;
        return $"{path[..slash]}{name}-{path[slash..]}";
    }

    /// <summary>Where the store cannot copy, as some cannot copy what they encrypt, the bytes pass through this program, of one file at a time.</summary>
    private async Task MoveAsync(WrittenFile file, Location place, SemaphoreSlim passing, CancellationToken cancellationToken)
    {
        Location written = root.Combine(file.Path);
        try
        {
            if (await store.TryMoveAsync(written, file.Bytes, place, cancellationToken))
                return;
            await passing.WaitAsync(cancellationToken);
            try
            {
                await PassedFile.CopyAsync(store, written, file.Bytes, version: null, store, place, cancellationToken);
            }
            finally
            {
                passing.Release();
            }

            await store.DeleteAsync(written, cancellationToken);
        }
        catch (CorruptTableException)
        {
            // An earlier try may have moved it.
            if (!await store.ExistsAsync(place, cancellationToken))
                throw;
        }
    }

    /// <summary>A table without rows has columns all the same, and only a file can tell them.</summary>
    private async Task WriteEmptyAsync(Location place, Schema schema, CancellationToken cancellationToken)
    {
        await using var writer = new ParquetFileWriter(await store.CreateAsync(place, knownBytes: null, cancellationToken), place, schema, options.Parquet);
        await writer.CompleteAsync(cancellationToken);
    }

    private async Task<FileSet> FilesAsync(CancellationToken cancellationToken) => await FileSet.FindAsync(store, root, cancellationToken);

    /// <summary>The first of its files; null when it has none.</summary>
    private async Task<ParquetFile?> FirstFileAsync(CancellationToken cancellationToken)
    {
        // At the same time: in a store that is far each takes as long as all.
        Task<ParquetFile?> listing = FirstListedAsync(cancellationToken);
        await Task.WhenAll(
            ThrowIfOtherFormatAsync("_delta_log", "Delta", "delta", cancellationToken), ThrowIfOtherFormatAsync("metadata", "Iceberg", "iceberg", cancellationToken), listing);
        ParquetFile? first = await listing;
        return first?.Object.Location != root ? first : throw new TargetException("parquet.is_file",
            $"'{root}' is a file. Name a directory, which may be new: the copy writes files of its own into it.");
    }

    private async Task<ParquetFile?> FirstListedAsync(CancellationToken cancellationToken) =>
        await (await FilesAsync(cancellationToken)).ListAsync(leftOut: null, cancellationToken).FirstOrDefaultAsync(cancellationToken);

    private async Task ThrowIfOtherFormatAsync(string directory, string name, string scheme, CancellationToken cancellationToken)
    {
        await foreach (StoredObject _ in store.ListAsync(root.Combine(directory), cancellationToken))
        {
            throw new TargetException($"parquet.is_{scheme}",
                $"'{root}' has a directory '{directory}', as tables of {name} have: files put beside it would not become part of that table. Write {scheme}: instead of parquet:, or name another directory.");
        }
    }

    private async Task ThrowUnlessAlikeAsync(ParquetFile file, TableWrite write, CancellationToken cancellationToken)
    {
        string[] layout = [.. HivePath.Parse(file.Path).Select(value => value.Column)];
        if (!layout.SequenceEqual(write.Partitions.Select(column => column.Name), StringComparer.Ordinal))
        {
            throw new TargetException("parquet.partition_layouts_differ",
                $"'{file.Path}' is partitioned by ({string.Join(", ", layout)}), and new files would be by ({string.Join(", ", write.Partitions.Select(column => column.Name))}). Leave --partition-by out to write as the directory is.");
        }

        ParquetFooter footer = await ParquetFooter.ReadAsync(store, file.Object.Location, file.Object.Bytes, cancellationToken);
        // Files that lack it would make the columns of the directory depend on which of its files is looked at first: for engines, and for the next copy.
        if (footer.Schema.FieldsList.FirstOrDefault(there => write.Schema.FieldsList.All(field => field.Name != there.Name)) is { } lacking)
        {
            throw new TargetException("parquet.columns_differ",
                $"The source lacks column '{lacking.Name}', which is in '{file.Path}', and in a directory of Parquet files all have the same columns. Copy that column too, or copy into another directory.");
        }

        foreach (Field field in FileMaker.SchemaOf(write).FieldsList)
        {
            string? there = footer.Schema.FieldsList.FirstOrDefault(other => other.Name == field.Name) is { } other ? SourceType.Describe(other) : null;
            if (there != SourceType.Describe(field))
            {
                throw new TargetException("parquet.columns_differ",
                    $"Column '{field.Name}' is {SourceType.Describe(field)} in the source and {there ?? "not"} in '{file.Path}'. Leave it out with --columns, or copy into another directory.");
            }
        }
    }

    private static PartitionColumn Partition(Schema schema, string name)
    {
        int place = schema.FieldsList.ToList().FindIndex(field => field.Name == name);
        if (place < 0)
            throw new TargetException("parquet.partition_unknown", $"--partition-by names '{name}', which is no column of the copy. It has: {string.Join(", ", schema.FieldsList.Select(field => field.Name))}.");
        IArrowType type = schema.FieldsList[place].DataType;
        return IsPartitionType(type)
            ? new PartitionColumn(name, place, Transform.Identity, type)
            : throw new TargetException("parquet.partition_type",
                $"Column '{name}' is {SourceType.Describe(schema.FieldsList[place])}, whose values would not be read from the names of directories as what they are. Partition by text, whole numbers, dates, decimals or booleans.");
    }

    /// <summary>Nothing else tells the value. An empty one some engines take for null, some refuse the whole directory.</summary>
    private static void ThrowUnlessInPaths(PartitionColumn column, Scalar value)
    {
        if (HivePath.Write(column, value).Length > HivePath.MostBytes)
        {
            throw new TargetException("parquet.partition_value_long",
                $"Column '{column.Name}' has a value whose directory would have a name of {HivePath.Write(column, value).Length:N0} bytes, and file systems hold {HivePath.MostBytes} (what is no letter or digit takes three or more). "
                + "Name other columns with --partition-by, leave such rows out with --where, or copy into delta: or iceberg:, whose metadata tell the value.");
        }

        if (value.Value is byte[] { Length: 0 })
        {
            throw new TargetException("parquet.empty_partition_value",
                $"Column '{column.Name}' has an empty text, which names of directories cannot tell from null. Name other columns with --partition-by, or leave such rows out with --where.");
        }
    }

    /// <summary>Partitions of the source that nobody has said anything about, and that the copy could have.</summary>
    private static IEnumerable<string> NotKept(TargetRequest request, bool isUnsaid)
    {
        string terms = string.Join(',', request.PartitionTerms);
        return isUnsaid && terms.Length > 0 && request.PartitionTerms.All(term => request.Schema.FieldsList.Any(field => field.Name == term && IsPartitionType(field.DataType)))
            ? [$"The source is partitioned by {terms}, and the copy is not: in names of directories values are text, and readers guess their type from it. Files that lack the column are decoded. With --partition-by {terms} the copy is partitioned too, and files that fit are copied as they are."]
            : [];
    }

    private static bool IsPartitionType(IArrowType type) => type is StringType or BooleanType or Date32Type or IntegerType or Decimal128Type;

    private static IReadOnlyList<string> Steps(TargetRequest request, PartitionColumn[] columns) =>
    [
        $"write Parquet files{(columns.Length == 0 ? "" : $" apart by {string.Join(", ", columns.Select(column => column.Name))}")} below {TransferLedger.Directory}/",
        "move them to their places",
        .. request.Mode == CopyMode.Replace ? (string[])["remove the files that were there"] : [],
    ];

    private static ColumnPlan Describe(Field field, bool isPartition) => new(
        field.Name, SourceType.Describe(field), SourceType.Describe(FieldTree.Rebuild(field, Leaf)),
        isPartition ? "It is in the names of directories, as text: readers find out its type from what stands there." : LakeTypes.Difference(field));

    /// <summary>Without marks that other readers do not know, but those of types. Nulls without a type would be a column that many engines cannot read.</summary>
    private static Field Leaf(Field field) => field.DataType is NullType ? new Field(field.Name, StringType.Default, nullable: true)
        : field.IsUuid() ? new Field(field.Name, field.DataType, field.IsNullable).AsUuid()
        : new Field(field.Name, field.DataType, field.IsNullable);

    private static void ThrowIfNoType(Field field, string path)
    {
        if (NoType.Contains(SourceType.RowName(field)))
            throw new TargetException("parquet.type_unsupported", $"Column '{path}' is {SourceType.Describe(field)}, which Parquet has no type for. Leave it out with --columns.");
        foreach (Field member in (field.DataType as NestedType)?.Fields ?? [])
            ThrowIfNoType(member, $"{path}.{member.Name}");
    }
}
