using System.Globalization;
using System.Text;
using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace BulkMover.Datasets.ManyFiles;

/// <summary>Writes a Delta log: a checkpoint of version 10 with all files, and a commit behind it that removes a hundred of them.</summary>
internal static class DeltaLogWriter
{
    /// <summary>What a part of a checkpoint or a sidecar holds.</summary>
    private const int AddsPerPart = 100_000;

    public const int Removed = 100;

    public static void Write(ManyFilesOptions options, CancellationToken cancellationToken)
    {
        string log = Path.Combine(options.Out, "_delta_log");
        Directory.CreateDirectory(Path.Combine(log, "_sidecars"));
        bool hasSidecars = options.Kind == ManyFilesKind.DeltaSidecars;
        int parts = (options.Files + AddsPerPart - 1) / AddsPerPart;
        var sidecars = new List<(string Name, long Bytes)>();
        for (int part = 0; part < parts; part++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = part * AddsPerPart, count = Math.Min(AddsPerPart, options.Files - first);
            var rows = new CheckpointRows(withState: part == 0 && !hasSidecars, Schema, hasSidecars);
            for (int number = first; number < first + count; number++)
                rows.Add(new PlannedFile(Shuffled(number, options.Files)));
            string name = hasSidecars
                ? $"_sidecars/{part:D8}-52a7-4b7e-9d0c-0d6b8f2f4a11.parquet"
                : $"00000000000000000010.checkpoint.{part + 1:D10}.{parts:D10}.parquet";
            sidecars.Add((Path.GetFileName(name), Write(Path.Combine(log, name), rows)));
        }

        if (hasSidecars)
        {
            var rows = new CheckpointRows(withState: true, Schema, vectors: true);
            foreach ((string name, long bytes) in sidecars)
                rows.AddSidecar(name, bytes);
            Write(Path.Combine(log, "00000000000000000010.checkpoint.6f0a1c3e-52a7-4b7e-9d0c-0d6b8f2f4a11.parquet"), rows);
        }

        File.WriteAllText(Path.Combine(log, "00000000000000000011.json"), Commit(options));
    }

    /// <summary>Spark spreads files over the parts of a checkpoint by the hash of their path: neighbours have nothing in common.</summary>
    private static int Shuffled(int place, int files) => (int)(place * 611_953L % files);

    private static string Schema => $$"""
        {"type":"struct","fields":[{{string.Join(',', PlannedTable.Columns.Append(("day", "date", "date")).Select(column =>
            $$$"""{"name":"{{{column.Item1}}}","type":"{{{column.Item3}}}","nullable":true,"metadata":{} }"""))}}]}
        """;

    private static string Commit(ManyFilesOptions options)
    {
        var lines = new StringBuilder("""{"commitInfo":{"timestamp":1700000000000,"operation":"DELETE"}}""").Append('\n');
        // Files without a deletion vector, all over the table.
        for (int i = 0; i < Removed; i++)
        {
            string path = new PlannedFile((i * (options.Files / Removed)) + 1).Path;
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"remove":{"path":"{{{path}}}","deletionTimestamp":1700000000000,"dataChange":true}}""").Append('\n');
        }

        return lines.ToString();
    }

    private static long Write(string path, CheckpointRows rows)
    {
        using var builder = new WriterPropertiesBuilder();
        using (WriterProperties properties = builder.Compression(Compression.Snappy).Build())
        using (RecordBatch batch = rows.Build())
        using (var writer = new FileWriter(path, batch.Schema, properties))
        {
            writer.WriteRecordBatch(batch);
            writer.Close();
        }

        return new FileInfo(path).Length;
    }
}
