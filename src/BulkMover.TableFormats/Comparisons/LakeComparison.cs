using Apache.Arrow;
using BulkMover.Core.Digests;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.TableFormats.Comparisons;

/// <summary>
/// Compares two tables of files, whatever their formats and however their rows are divided into files: run a copy of each into <see cref="Source"/> and
/// <see cref="Target"/>, in any order, then look at <see cref="Result"/>. Equal are the rows that a copy of the one into an empty table like the other would
/// show there.
/// </summary>
/// <remarks>Invariant 7: outside the budget it holds the <see cref="HashRanges"/> of both sides.</remarks>
public sealed class LakeComparison
{
    private readonly ComparedSide source;
    private readonly ComparedSide target;
    private (Digest All, HashRanges Ranges)? ofSource;
    private (Digest All, HashRanges Ranges)? ofTarget;

    /// <param name="source">The source, for messages.</param>
    /// <param name="columns">Its columns that are compared.</param>
    /// <param name="target">The target, for messages.</param>
    /// <param name="table">Of the target: tells all its columns, and what a copy writes into those that the source lacks.</param>
    /// <exception cref="TargetException">The columns of the source do not fit the target's, so that no copy brings its rows there.</exception>
    public LakeComparison(string source, Schema columns, string target, ITableSnapshot table)
    {
        Schema compared = ComparedColumns.Of(columns, table.Schema, target, table.InNewRows);
        Columns = [.. compared.FieldsList.Select(field => field.Name)];
        this.source = new ComparedSide(source, ConversionOf(source, columns, compared));
        this.target = new ComparedSide(target, conversion: null);
        Source = NewCount(this.source, counted => ofSource = counted);
        Target = NewCount(this.target, counted => ofTarget = counted);
    }

    /// <summary>Columns of the target, to be read of it in this order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Takes the rows of the source in the columns that were given.</summary>
    public ITarget Source { get; }

    /// <summary>Takes the rows of the target in <see cref="Columns"/>.</summary>
    public ITarget Target { get; }

    /// <summary>After both copies.</summary>
    public Comparison Result
    {
        get
        {
            (Digest all, Digest there) = (ofSource!.Value.All, ofTarget!.Value.All);
            return new Comparison(Columns, all, there, all == there ? [] : [new Difference("the table", [], [], all, there)]);
        }
    }

    /// <summary>Looks for the rows that differ, after <see cref="Result"/> has shown that some do.</summary>
    public LakeRowSearch NewRowSearch() => new(source, target, ofSource!.Value.Ranges, ofTarget!.Value.Ranges);

    private ITarget NewCount(ComparedSide side, Action<(Digest, HashRanges)> counted) => side.NewReading(
        (_, hashes, digest) => (hashes, digest),
        () =>
        {
            (Digest all, var ranges) = (Digest.Empty(Columns.Count), new HashRanges());
            return new ComparedSide.Run<(ulong[] Hashes, Digest Digest)>(
                (seen, _) =>
                {
                    all += seen.Digest;
                    foreach (ulong hash in seen.Hashes)
                        ranges.Add(hash);
                },
                () => counted((all, ranges)));
        });

    private static BatchConversion ConversionOf(string source, Schema columns, Schema compared)
    {
        try
        {
            return BatchConversion.ByName(source, columns, compared);
        }
        catch (CorruptTableException error)
        {
            throw ComparedColumns.Differs(error.Message, error);
        }
    }
}
