using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Parquet;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>What the footers of all files say together.</summary>
/// <param name="known">As in <see cref="ParquetTable"/>.</param>
internal sealed class FileSurvey(IReadOnlyDictionary<string, IArrowType> known)
{
    /// <summary>Of all ends that are kept: what a few thousand files have.</summary>
    private const int MaxEndBytes = 16 << 20;

    /// <summary>What a store lists in one answer: with more files the time that listing takes is nothing beside that of reading them.</summary>
    private const int MaxFiles = 1000;

    private readonly List<ParquetFile> files = [];
    private readonly List<long> rows = [];
    private readonly List<FileEnd> ends = [];
    private int endBytes;
    private readonly Dictionary<string, TableFeature> features = new(StringComparer.Ordinal);
    private int leftOut;
    private string? leftOutExample;

    public string Id { get; private set; } = "";

    public SchemaUnion Union { get; } = new();

    public HivePartitions Partitions { get; } = new(known);

    /// <summary>Rows of each file, in the order of the listing.</summary>
    public IReadOnlyList<long> Rows => rows;

    /// <summary>All of them, in the order of the listing; null where there are too many to keep, or where nothing tells other files of their names from them.</summary>
    public IReadOnlyList<ParquetFile>? Files => files.Count == rows.Count && ends.Count == rows.Count && ends.TrueForAll(end => end.Version is not null) ? files : null;

    /// <summary>Of the first files in that order, as many as there is room for: those that are copied as they are then need not be read again.</summary>
    public IReadOnlyList<FileEnd> Ends => ends;

    public IReadOnlyList<TableFeature> Features => [.. features.Values];

    public IReadOnlyList<string> Notes => leftOut == 0
        ? []
        : [$"{leftOut:N0} files were left out because their names do not end in .parquet, .parq or .pq, such as '{leftOutExample}'. " +
            "Choose them with a glob if they belong to the table."];

    /// <exception cref="InvalidInputException">There is no file.</exception>
    /// <exception cref="CorruptTableException">A file is not valid Parquet, or the files do not make one table.</exception>
    /// <exception cref="UnsupportedFeatureException">A file is encrypted.</exception>
    public static async Task<FileSurvey> ReadAsync(
        IObjectStore store, Location location, FileSet files, IReadOnlyDictionary<string, IArrowType> known, CancellationToken cancellationToken)
    {
        var survey = new FileSurvey(known);
        using var hash = new ListingHash();
        IAsyncEnumerable<ParquetFile> listing = files.ListAsync(survey.LeaveOut, cancellationToken);
        await foreach ((ParquetFile file, ParquetFooter footer) in FooterPass.ReadAsync(store, listing, cancellationToken))
        {
            hash.Add(file);
            survey.Add(file, footer);
        }

        if (survey.rows.Count == 0)
            throw survey.NoFiles(location);
        survey.Id = hash.Finish();
        return survey;
    }

    private void Add(ParquetFile file, ParquetFooter footer)
    {
        Union.Add(file, footer.Schema);
        Partitions.Add(file, footer.Schema);
        rows.Add(footer.Rows);
        if (files.Count < MaxFiles)
            files.Add(file);
        Keep(footer);
        foreach (TableFeature feature in footer.Features)
            features.TryAdd(feature.Name, feature);
    }

    private void Keep(ParquetFooter footer)
    {
        if (ends.Count < rows.Count - 1 || footer.End.Bytes.Length > MaxEndBytes - endBytes)
            return;
        ends.Add(footer.End);
        endBytes += footer.End.Bytes.Length;
    }

    private void LeaveOut(string path)
    {
        leftOut++;
        leftOutExample ??= path;
    }

    private InvalidInputException NoFiles(Location location) =>
        new("parquet.no_files", leftOut == 0
            ? $"There is no Parquet file at '{location}'. Check the path; names that begin with '.' or '_' do not count."
            : $"There is no Parquet file at '{location}', but {leftOut:N0} files with other endings, such as '{leftOutExample}'. " +
                "Choose them with a glob if they are Parquet.");
}
