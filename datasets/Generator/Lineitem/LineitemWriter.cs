using ParquetSharp;
using ParquetSharp.Schema;

namespace BulkMover.Datasets.Lineitem;

/// <summary>Writes the table. Memory: one row group in encoded form and one slice of rows.</summary>
public static class LineitemWriter
{
    private const string RecipeKey = "bulkmover.recipe";

    /// <summary>Writes all files; when it fails or is stopped, nothing is left under the table's name.</summary>
    public static void Write(LineitemOptions options, CancellationToken cancellationToken)
    {
        using var output = new AtomicOutput(options.Out);
        if (options.Files > 1) Directory.CreateDirectory(output.TemporaryPath);
        var rows = new LineitemRows(options.Seed);
        LineitemOptions temporary = options with { Out = output.TemporaryPath };
        for (int file = 0; file < options.Files; file++) WriteFile(temporary, file, rows, cancellationToken);
        output.Publish();
    }

    /// <summary>True when the files are there and were written by this recipe.</summary>
    public static bool IsWritten(LineitemOptions options) => Enumerable.Range(0, options.Files).All(file => HasRecipe(options, file));

    private static bool HasRecipe(LineitemOptions options, int file)
    {
        if (!File.Exists(options.PathOf(file))) return false;
        try
        {
            using var reader = new ParquetFileReader(options.PathOf(file));
            return reader.FileMetaData.KeyValueMetadata.TryGetValue(RecipeKey, out string? recipe) && recipe == options.RecipeOf(file);
        }
        catch (ParquetException)
        {
            return false; // It is not even a Parquet file.
        }
    }

    private static void WriteFile(LineitemOptions options, int file, LineitemRows rows, CancellationToken cancellationToken)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(options.Codec);
        // A page ends with the batch in which it reaches its size.
        if (options.PageRows > 0) builder.EnableWritePageIndex().WriteBatchSize(options.PageRows).DataPagesize(1);
        using WriterProperties properties = builder.Build();
        using GroupNode schema = LineitemSchema.Create(options.HasFieldIds);
        var recipe = new Dictionary<string, string>(StringComparer.Ordinal) { [RecipeKey] = options.RecipeOf(file) };
        using var writer = new ParquetFileWriter(options.PathOf(file), schema, properties, recipe);
        var slice = new LineitemSlice();
        for (long left = options.RowsOf(file); left > 0; left -= Math.Min(left, options.RowGroupRows))
        {
            WriteRowGroup(writer, rows, slice, (int)Math.Min(left, options.RowGroupRows), cancellationToken);
        }

        writer.Close();
    }

    private static void WriteRowGroup(
        ParquetFileWriter writer, LineitemRows rows, LineitemSlice slice, int rowGroupRows, CancellationToken cancellationToken)
    {
        // Buffered: the columns grow side by side as encoded pages, so the rows themselves are never all in memory.
        using RowGroupWriter group = writer.AppendBufferedRowGroup();
        for (int left = rowGroupRows; left > 0; left -= Math.Min(left, LineitemSlice.MaxRows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(left, LineitemSlice.MaxRows);
            rows.Fill(slice, count);
            WriteSlice(group, slice, count);
        }

        group.Close();
    }

    private static void WriteSlice(RowGroupWriter group, LineitemSlice slice, int count)
    {
        int column = 0;
        Write(slice.OrderKey);
        Write(slice.PartKey);
        Write(slice.SuppKey);
        Write(slice.LineNumber);
        Write(slice.Quantity);
        Write(slice.ExtendedPrice);
        Write(slice.Discount);
        Write(slice.Tax);
        Write(slice.ReturnFlag);
        Write(slice.LineStatus);
        Write(slice.ShipDate);
        Write(slice.CommitDate);
        Write(slice.ReceiptDate);
        Write(slice.ShipInstruct);
        Write(slice.ShipMode);
        Write(slice.Comment);

        void Write<T>(T[] values) where T : unmanaged
        {
            using var writer = (ColumnWriter<T>)group.Column(column++);
            writer.WriteBatch(values.AsSpan(0, count));
        }
    }
}
