namespace BulkMover.Datasets.Lineitem;

/// <summary>
/// The rows in order: orders of one to seven lines. A row is a function of seed, order and line, so the same rows come out
/// however they are cut into slices, row groups and files. Not thread-safe.
/// </summary>
internal sealed class LineitemRows(long seed)
{
    private const int MaxLines = 7;
    private const int Suppliers = 10_000;
    private const int Parts = 2_000_000;
    private const int FirstOrderDay = 16_436; // 2015-01-01
    private const int LastOrderDay = 18_992; // 2021-12-31
    private const int Today = 18_262; // 2020-01-01: what was received before can have been returned

    private static readonly PinnedTexts ReturnFlags = new("A", "N", "R");
    private static readonly PinnedTexts LineStatuses = new("F", "O");
    private static readonly PinnedTexts ShipInstructions = new(Vocabulary.ShipInstructions);
    private static readonly PinnedTexts ShipModes = new(Vocabulary.ShipModes);

    private readonly CommentWriter comments = new(LineitemSlice.MaxRows);
    private SplitMix64 random;
    private long order;
    private int line;
    private int lines;
    private int orderDay;

    /// <summary>Fills the first <paramref name="count"/> rows of the slice; its comments are valid until the next call.</summary>
    public void Fill(LineitemSlice slice, int count)
    {
        comments.Restart();
        for (int row = 0; row < count; row++)
        {
            if (line == lines) StartOrder();
            FillLine(slice, row);
        }
    }

    private void StartOrder()
    {
        order++;
        random = SplitMix64.Stream(seed, order);
        line = 0;
        lines = random.Between(1, MaxLines);
        orderDay = random.Between(FirstOrderDay, LastOrderDay);
    }

    private void FillLine(LineitemSlice slice, int row)
    {
        int part = random.Between(1, Parts);
        int quantity = random.Between(1, 50);
        int shipDay = orderDay + random.Between(1, 120);
        int receiptDay = shipDay + random.Between(1, 30);

        // Keys have gaps, as in a table from which things were deleted.
        slice.OrderKey[row] = (order * 4) - 3;
        slice.PartKey[row] = part;
        slice.SuppKey[row] = random.Between(1, Suppliers);
        slice.LineNumber[row] = ++line;
        slice.Quantity[row] = quantity * 100L;
        slice.ExtendedPrice[row] = quantity * PriceOf(part);
        slice.Discount[row] = random.Between(0, 10);
        slice.Tax[row] = random.Between(0, 8);
        slice.ReturnFlag[row] = ReturnFlags[receiptDay > Today ? 1 : random.Between(0, 1) * 2];
        slice.LineStatus[row] = LineStatuses[shipDay > Today ? 1 : 0];
        slice.ShipDate[row] = shipDay;
        slice.CommitDate[row] = orderDay + random.Between(30, 90);
        slice.ReceiptDate[row] = receiptDay;
        slice.ShipInstruct[row] = ShipInstructions[random.Between(0, ShipInstructions.Count - 1)];
        slice.ShipMode[row] = ShipModes[random.Between(0, ShipModes.Count - 1)];
        slice.Comment[row] = comments.Write(ref random);
    }

    /// <summary>A part costs the same in each row: 900.00 to 2,099.99.</summary>
    private static long PriceOf(int part) => 90_000 + (part * 7_919L % 120_000);
}
