using BulkMover.Core.Digests;
using BulkMover.Core.Targets;
using BulkMover.FileFormats.Rows;

namespace BulkMover.TableFormats.Comparisons;

/// <summary>
/// Finds rows that one table has more often than the other, in ranges of row hashes that differ: run a copy of each into <see cref="Source"/> and
/// <see cref="Target"/>, in any order, then look at <see cref="Found"/>. Chunks have to be one scan task each.
/// </summary>
/// <remarks>Invariant 7: outside the budget it holds a hash and two numbers of at most <see cref="MostRows"/> rows, or of one range where that has more.</remarks>
public sealed class LakeRowSearch
{
    /// <summary>Of both sides in the ranges that are looked at: some 20 MB.</summary>
    private const long MostRows = 200_000;

    private readonly ComparedSide source;
    private readonly ComparedSide target;
    private readonly IReadOnlySet<int> ranges;
    private Dictionary<ulong, (long Times, long ScanTask)> ofSource = [];
    private Dictionary<ulong, (long Times, long ScanTask)> ofTarget = [];

    internal LakeRowSearch(ComparedSide source, ComparedSide target, HashRanges ofSource, HashRanges ofTarget)
    {
        (this.source, this.target) = (source, target);
        ranges = ofSource.Choose(ofTarget, most: int.MaxValue, MostRows);
        DifferingRanges = ofSource.DifferingFrom(ofTarget).Count;
        Source = NewSearch(source, rows => this.ofSource = rows);
        Target = NewSearch(target, rows => this.ofTarget = rows);
    }

    /// <summary>Ranges of row hashes that differ.</summary>
    public int DifferingRanges { get; }

    /// <summary>Those of them that are looked at: the smallest. Where these are fewer, rows and files that differ may be left unnamed.</summary>
    public int SearchedRanges => ranges.Count;

    public ITarget Source { get; }

    public ITarget Target { get; }

    /// <summary>After both copies. Where equal rows are in several files of a side, one of these is told.</summary>
    public IReadOnlyList<FoundRow> Found => [.. Surplus(ofSource, ofTarget, isOfSource: true), .. Surplus(ofTarget, ofSource, isOfSource: false)];

    /// <summary>Takes rows of the source, or else of the target, and tells those that were found as objects in JSON.</summary>
    /// <param name="isOfSource">Which side.</param>
    /// <param name="wanted">Hashes of the rows.</param>
    /// <param name="columns">Places of the columns that are told.</param>
    /// <param name="texts">Gets the rows by their hashes.</param>
    public ITarget NewTexts(bool isOfSource, IReadOnlySet<ulong> wanted, IReadOnlyList<int> columns, IDictionary<ulong, string> texts) =>
        (isOfSource ? source : target).NewReading<(ulong Hash, string Text)[]>(
            (rows, hashes, _) => [.. Enumerable.Range(0, hashes.Length).Where(row => wanted.Contains(hashes[row])).DistinctBy(row => hashes[row])
                .Select(row => (hashes[row], RowJson.Of(rows, row, columns)))],
            () => new((seen, _) =>
            {
                foreach ((ulong hash, string text) in seen)
                    texts[hash] = text;
            }, () => { }));

    private ITarget NewSearch(ComparedSide side, Action<Dictionary<ulong, (long, long)>> found) => side.NewReading(
        (_, hashes, _) => System.Array.FindAll(hashes, hash => ranges.Contains(HashRanges.RangeOf(hash))),
        () =>
        {
            var rows = new Dictionary<ulong, (long Times, long ScanTask)>();
            return new ComparedSide.Run<ulong[]>(
                (seen, task) =>
                {
                    foreach (ulong hash in seen)
                        rows[hash] = (rows.GetValueOrDefault(hash).Times + 1, task);
                },
                () => found(rows));
        });

    private static IEnumerable<FoundRow> Surplus(Dictionary<ulong, (long Times, long ScanTask)> rows, Dictionary<ulong, (long Times, long ScanTask)> others, bool isOfSource) =>
        rows.Select(row => new FoundRow(isOfSource, row.Key, row.Value.Times - others.GetValueOrDefault(row.Key).Times, row.Value.ScanTask)).Where(row => row.Times > 0);
}

/// <summary>A row that one side has more often than the other.</summary>
/// <param name="IsOfSource">The source has; else the target.</param>
/// <param name="Hash">Of the row.</param>
/// <param name="Times">How many times more.</param>
/// <param name="ScanTask">Number of the scan task of that side, in the order of its plan, that has it.</param>
public sealed record FoundRow(bool IsOfSource, ulong Hash, long Times, long ScanTask);
