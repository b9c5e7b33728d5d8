using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Partitions;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>
/// The files as they were when their footers were read. Kept of them: eight bytes a file, the footers of the first few thousand, and the files themselves where they are few and the
/// store tells versions, in which alone they are read then. Others are listed again at every plan, and a set that changed meanwhile is an error.
/// </summary>
internal sealed class ParquetSnapshot : ITableSnapshot
{
    private readonly Location location;
    private readonly FileSet files;
    private readonly IReadOnlyList<long> rows;
    private readonly IReadOnlyList<FileEnd> ends;
    private readonly IReadOnlyList<ParquetFile>? kept;
    private readonly Field[] partitionFields;

    private ParquetSnapshot(Location location, FileSet files, FileSurvey survey)
    {
        (this.location, this.files, rows, ends, kept) = (location, files, survey.Rows, survey.Ends, survey.Files);
        Schema = new Schema(survey.Partitions.AddTo(survey.Union.ToFields()), null);
        partitionFields = [.. survey.Partitions.Columns.Select(column => HivePartitions.Find(Schema.FieldsList, column)!)];
        (Id, Features, Notes) = (survey.Id, survey.Features, survey.Notes);
        PartitionColumns = [.. partitionFields.Select(field => field.Name)];
    }

    public string Id { get; }

    public Schema Schema { get; }

    public ColumnMatching Matching => ColumnMatching.Name;

    public IReadOnlyList<SortField> SortOrder => [];

    public IReadOnlyList<string> PartitionColumns { get; }

    public IReadOnlyList<TableFeature> Features { get; }

    public IReadOnlyList<string> Notes { get; }

    public static async Task<ParquetSnapshot> OpenAsync(
        IObjectStore store, Location location, FileSet files, IReadOnlyDictionary<string, IArrowType> known, CancellationToken cancellationToken) =>
        new(location, files, await FileSurvey.ReadAsync(store, location, files, known, cancellationToken));

    public async IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FeatureGate.ThrowIfRefused("parquet", location.ToString(), Features);
        int next = 0;
        await foreach (ParquetFile file in (kept?.ToAsyncEnumerable() ?? ListAsync(cancellationToken)))
        {
            if (next == rows.Count)
                throw Changed();
            long fileRows = rows[next];
            FileEnd? end = next < ends.Count ? ends[next] : null;
            next++;
            Dictionary<string, Scalar> constants = PartitionValuesOf(file);
            if (scan.Where is null || FilterPruning.MightMatch(scan.Where, column =>
                    constants.TryGetValue(column, out Scalar? value) ? ColumnStatistics.OfConstant(value, fileRows) : null))
            {
                yield return new ScanTask(file.Object.Location, file.Object.Bytes, fileRows, constants, ConstantsWin: true) { End = end };
            }
        }
    }

    /// <summary>The files as they are now; at the end of them an error when they are others.</summary>
    private async IAsyncEnumerable<ParquetFile> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var hash = new ListingHash();
        await foreach (ParquetFile file in files.ListAsync(leftOut: null, cancellationToken))
        {
            hash.Add(file);
            yield return file;
        }

        if (hash.Finish() != Id)
            throw Changed();
    }

    private Dictionary<string, Scalar> PartitionValuesOf(ParquetFile file)
    {
        IReadOnlyList<(string Column, string? Value)> path = HivePath.Parse(file.Path);
        if (path.Count != partitionFields.Length)
            throw Changed();

        var values = new Dictionary<string, Scalar>(path.Count, StringComparer.Ordinal);
        for (int i = 0; i < path.Count; i++)
        {
            Field field = partitionFields[i];
            values[field.Name] = path[i].Value is not { } text
                ? new Scalar(field.DataType, null)
                : PartitionValue.Parse(text, field.DataType) ?? throw Changed();
        }

        return values;
    }

    private CorruptTableException Changed() =>
        new("parquet.files_changed",
            $"The files of '{location}' are no longer those whose footers were read. Run the command again when nothing writes there.");
}
