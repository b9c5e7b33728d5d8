using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Decoding;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>
/// How large the rows of an image become, by the headers of its pages. Where these tell too little, the values are measured: of byte arrays that the
/// file stores once and the batch has often, and of lists, whose rows no header counts.
/// </summary>
internal sealed class RowSizes
{
    /// <summary>The decoder's own, one in its hash table, one in the batch, and one that is copied from: see <see cref="DictionaryExpansion"/>.</summary>
    private const int CopiesOfTaken = 4;

    /// <summary>Rows for each entry of a batch's dictionary, at least: each batch brings the entries, and who takes them looks each one up (decisions/0016).</summary>
    private const int RowsOfAnEntry = 8;

    private readonly ImagePlan plan;
    private readonly ParquetReadOptions options;
    private readonly PageSizes[][] pages;
    private readonly List<int> dictionaries;
    private readonly Dictionary<int, RowWindows> windows = [];
    private readonly HashSet<int> measuredLists = [];

    /// <param name="plan">What is decoded.</param>
    /// <param name="options">The bounds of a batch.</param>
    /// <param name="pages">By row group, then by leaf.</param>
    public RowSizes(ImagePlan plan, ParquetReadOptions options, PageSizes[][] pages)
    {
        (this.plan, this.options, this.pages) = (plan, options, pages);
        dictionaries = [.. DictionariesToTake()];
        for (int leaf = 0; leaf < plan.Leaves.Count; leaf++)
        {
            if (!dictionaries.Contains(leaf) && VaryAmong(leaf))
                windows[leaf] = WindowsByHeaders(leaf);
        }

        // The native reader, which measures text, cannot read the levels of optional keys: what headers tell has to do.
        HashSet<int> unreadable = [.. plan.Nodes.SelectMany(node => node.OptionalKeys).SelectMany(key => key.Leaves).Select(leaf => leaf.FirstLeaf)];
        Unmeasured = [.. windows.Keys.Where(leaf => IsInDoubt(leaf) && !unreadable.Contains(plan.Leaves[leaf].FirstLeaf))];
    }

    /// <summary>Numbers of the leaves whose columns are taken as dictionaries.</summary>
    public IReadOnlyList<int> Dictionaries => dictionaries;

    /// <summary>Dictionaries are worth being kept for batches of so many rows, each of which is of one row group and brings the entries of that.</summary>
    public bool HasFewEntries(int leaf, long batchRows) => plan.RowGroups.Sum(rowGroup => rowGroup.Rows) / RowsOfAnEntry
        >= pages.Zip(plan.RowGroups).Sum(group => group.First[leaf].DictionaryEntries * ((group.Second.Rows + batchRows - 1) / batchRows));

    /// <summary>Numbers of the leaves that headers tell too little about.</summary>
    public IReadOnlyList<int> Unmeasured { get; private set; }

    /// <summary>Some rows may be larger than others.</summary>
    public bool Vary => windows.Count > 0;

    /// <summary>Bytes that each row has.</summary>
    public double FixedRowBytes => plan.Leaves.Where(leaf => !leaf.IsRepeated).Sum(leaf => DecodeEstimate.FixedBytes(leaf.Element));

    /// <summary>Bytes of a row's text in dictionaries if every entry is as frequent as every other.</summary>
    public double DictionaryRowBytes => dictionaries.Sum(leaf => pages.Max(rowGroup => (double)rowGroup[leaf].DictionaryBytes / rowGroup[leaf].DictionaryEntries));

    /// <summary>Bytes of a row's text in dictionaries at most.</summary>
    public long LongestDictionaryRow => dictionaries.Sum(leaf => pages.Max(rowGroup => rowGroup[leaf].LongestEntryBytes));

    /// <summary>What the decoder holds of pages.</summary>
    public long HeldBytes => pages.Max(rowGroup => rowGroup.Select((leaf, i) =>
        leaf.LargestDataBytes + ((dictionaries.Contains(i) ? CopiesOfTaken : 1) * leaf.DictionaryBytes)).Sum());

    /// <summary>The values of a leaf may differ in size, or rows in the number of its values.</summary>
    public static bool MayVary(SchemaNode leaf) => leaf.IsRepeated || leaf.Element.Type is PhysicalType.ByteArray or PhysicalType.FixedLenByteArray;

    /// <summary>Bytes of the largest batch beyond what each row has.</summary>
    /// <param name="step">Which of <see cref="RowWindows.Steps"/> says how many rows it has.</param>
    public double Most(int step) => windows.Values.Sum(leaf => leaf.Most(step));

    /// <summary>Reads the columns in doubt, value by value and without keeping any.</summary>
    /// <param name="image">The image.</param>
    /// <param name="file">The same, opened.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidDataException">Levels break the format.</exception>
    /// <exception cref="Exception">The native reader cannot read values; the caller says of which file.</exception>
    public void Measure(NativeBlock image, NativeColumns file, CancellationToken cancellationToken)
    {
        using var codec = new PageCodec();
        foreach (int leaf in Unmeasured)
        {
            var measured = new RowWindows(options.BatchRows);
            for (int i = 0; i < plan.RowGroups.Count; i++)
            {
                ParquetColumnChunk chunk = plan.RowGroups[i].Columns[plan.Leaves[leaf].FirstLeaf];
                if (plan.Leaves[leaf] is { IsRepeated: true, Element.Type: not PhysicalType.ByteArray } node && ColumnDecoders.HasLevels(chunk) && !options.OnlyNative)
                    MeasureLevels(image, codec, node, chunk, measured, cancellationToken);
                else
                    Measure(file, leaf, i, measured, cancellationToken);
            }

            windows[leaf] = measured;
            if (plan.Leaves[leaf].IsRepeated)
                measuredLists.Add(leaf);
        }

        Unmeasured = [];
    }

    /// <summary>Values of a leaf inside of lists in any batch at most, as far as they were measured.</summary>
    /// <param name="leaf">The leaf's number.</param>
    /// <param name="batchRows">Rows of a batch, one of <see cref="RowWindows.Steps"/>.</param>
    public long MostValues(int leaf, long batchRows)
    {
        int step = RowWindows.Steps(options.BatchRows).ToList().IndexOf(batchRows);
        return measuredLists.Contains(leaf) && step >= 0 ? (long)Math.Ceiling(windows[leaf].Most(step) / ElementBytes(plan.Leaves[leaf])) : long.MaxValue;
    }

    /// <summary>Those of columns that hold nothing else, as far as all their copies have room beside a batch.</summary>
    private IEnumerable<int> DictionariesToTake()
    {
        long room = options.BatchBytes;
        foreach (int leaf in plan.TextLeaves.Where(leaf => pages.All(rowGroup => rowGroup[leaf] is { DictionaryEntries: > 0, OnlyDictionary: true })))
        {
            room -= pages.Max(rowGroup => rowGroup[leaf].DictionaryBytes);
            if (room >= 0)
                yield return leaf;
        }
    }

    /// <summary>Where values have no text, repetition levels tell all: values need not be decoded.</summary>
    private void MeasureLevels(NativeBlock image, PageCodec codec, SchemaNode node, ParquetColumnChunk chunk, RowWindows measured, CancellationToken cancellationToken)
    {
        using PageBuffer data = new(), dictionary = new();
        (long offset, long bytes) = plan.Place(chunk);
        var pages = new ChunkPages(image.Memory(offset, (int)bytes), (0, chunk.Values), chunk.Codec, (true, true), codec, (data, dictionary));
        RowLengths.Measure(pages, node.MaxRepetition, ElementBytes(node), measured, cancellationToken);
    }

    private void Measure(NativeColumns file, int leaf, int rowGroup, RowWindows measured, CancellationToken cancellationToken)
    {
        List<DataPage> all = pages[rowGroup][leaf].Pages!;
        SchemaNode node = plan.Leaves[leaf];
        // Behind a dictionary that became too large, most writers go on with plain pages, whose headers tell enough.
        int count = node.IsRepeated ? all.Count : all.FindLastIndex(page => page.IsOfDictionary || page.HasPrefixes) + 1;
        // A value of a page with prefixes may be as long as the page is, and all that are read at a time are put together, in what is leased for a batch.
        long longest = all.Where(page => page.HasPrefixes).Select(page => page.Bytes).DefaultIfEmpty(1).Max();
        long atOnce = DecodeEstimate.BuilderSlack * (long)options.BatchBytes / Math.Max(longest, 1);
        file.Measure(rowGroup, leaf, all.Take(count).Sum(page => page.Values), atOnce, node.IsRepeated ? ElementBytes(node) : 0, measured, cancellationToken);
        foreach (DataPage page in all.Skip(count))
            measured.Add(page.Values, TextBytes(leaf, rowGroup, page));
    }

    private bool VaryAmong(int leaf) => plan.Leaves[leaf] is { IsRepeated: true } or { Element.Type: PhysicalType.ByteArray } || HasPrefixes(leaf);

    private bool HasPrefixes(int leaf) => System.Array.Exists(pages, rowGroup => rowGroup[leaf].Pages?.Exists(page => page.HasPrefixes) == true);

    private RowWindows WindowsByHeaders(int leaf)
    {
        var known = new RowWindows(options.BatchRows);
        for (int i = 0; i < plan.RowGroups.Count; i++)
        {
            if (plan.Leaves[leaf].IsRepeated)
                known.Add(plan.RowGroups[i].Rows, pages[i][leaf].Pages!.Sum(page => PageBytes(leaf, i, page)));
            else
                pages[i][leaf].Pages!.ForEach(page => known.Add(page.Values, TextBytes(leaf, i, page)));
        }

        return known;
    }

    /// <summary>What might come to be in a single batch is more than its share, and headers cannot tell that it does not.</summary>
    private bool IsInDoubt(int leaf)
    {
        double most = 0;
        for (int i = 0; i < plan.RowGroups.Count; i++)
            most += pages[i][leaf].Pages!.Where(page => plan.Leaves[leaf].IsRepeated || page.IsOfDictionary || page.HasPrefixes).Sum(page => PageBytes(leaf, i, page));
        return most > (double)options.BatchBytes / plan.Leaves.Count;
    }

    private double PageBytes(int leaf, int rowGroup, DataPage page) => (page.Values * ElementBytes(plan.Leaves[leaf])) + TextBytes(leaf, rowGroup, page);

    /// <summary>Levels of lists are kept until a batch is complete.</summary>
    private static double ElementBytes(SchemaNode leaf) => DecodeEstimate.FixedBytes(leaf.Element) + (2 * sizeof(short));

    /// <summary>Bytes of the page's byte arrays at most.</summary>
    private double TextBytes(int leaf, int rowGroup, DataPage page) => page switch
    {
        { HasPrefixes: true } => (double)page.Values * page.Bytes,
        _ when plan.Leaves[leaf].Element.Type != PhysicalType.ByteArray => 0,
        { IsOfDictionary: true } => (double)page.Values * pages[rowGroup][leaf].LongestEntryBytes,
        _ => page.Bytes,
    };
}
