using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.Testing.Stores;

namespace BulkMover.FileFormats.Tests.Parquet.Mutations;

/// <summary>
/// The child process: <c>read-mutations DIRECTORY SEED FIRST COUNT</c> reads that many damaged files and prints the number of each before it
/// begins with it, so that the parent knows which one ended it.
/// </summary>
internal static class MutationReader
{
    public const string Command = "read-mutations";

    /// <summary>Larger files take longer and show nothing else.</summary>
    private const long MaxFileBytes = 100_000;

    /// <summary>A few bytes can stand for any number of equal rows; enough of them say the same.</summary>
    private const long MaxRows = 1_000_000;

    private const double SlowSeconds = 5;

    private const long LargeBytes = 512L << 20;

    public static async Task<int> RunAsync(string[] arguments)
    {
        MutationSubject[] subjects = [.. Directory.EnumerateFiles(arguments[0], "*", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path).Length is > 12 and <= MaxFileBytes && BeginsAsParquet(path)).Order(StringComparer.Ordinal)
            .Select(path => new MutationSubject(path))];
        int seed = Number(arguments[1]), first = Number(arguments[2]), count = Number(arguments[3]);
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int i = first; i < first + count; i++)
        {
            await output.WriteLineAsync(i.ToString(CultureInfo.InvariantCulture));
            MutationSubject subject = subjects[i % subjects.Length];
            (string outcome, string? problem) = await ReadDamagedAsync(subject.Damage(new Random(HashCode(seed, i))), i);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (problem is not null)
                await output.WriteLineAsync($"! {i} {subject.Path}: {problem.ReplaceLineEndings(" ")}");
        }

        foreach ((string outcome, int times) in outcomes)
            await output.WriteLineAsync($"= {times} {outcome}");
        return 0;
    }

    private static int HashCode(int seed, int i) => unchecked((seed * 486_187_739) + i);

    /// <returns>The error's code or "read"; and what is wrong with that, if anything.</returns>
    private static async Task<(string Outcome, string? Problem)> ReadDamagedAsync(byte[] file, int i)
    {
        string outcome = "read";
        TimeSpan started = Environment.CpuUsage.TotalTime;
        ForgetPeak();
        try
        {
            await ReadAsync(file, readWhole: i % 2 == 0);
        }
        catch (BulkMoverException error) when (error is not EnvironmentException)
        {
            outcome = error.Code;
        }
        catch (Exception error)
        {
            return (error.GetType().Name, error.ToString());
        }

        // Of the processor: a busy machine lets any file take long.
        double seconds = (Environment.CpuUsage.TotalTime - started).TotalSeconds;
        long peak = PeakBytes();
        return (outcome, seconds > SlowSeconds ? $"took {seconds:F1} s" : peak > LargeBytes ? $"took {peak >> 20} MiB" : null);
    }

    private static async Task ReadAsync(byte[] bytes, bool readWhole)
    {
        Location location = Location.OnDisk("/damaged.parquet");
        var store = new MemoryObjectStore { [location] = bytes };
        ParquetFooter footer = ParquetFooter.Of(bytes, location);
        var scan = new Scan(new TestSnapshot(footer.Schema, ColumnMatching.Name), null, FilterOf(footer));
        var reader = new ParquetScanTaskReader(store, scan, new() { SmallBytes = readWhole ? int.MaxValue : 0 }, MemoryAllocator.Default.Value);
        long rows = 0;
        await foreach (IRowGroupScan rowGroup in reader.OpenAsync(new ScanTask(location, bytes.Length, null, ScanTask.NoConstants, false), CancellationToken.None))
        {
            using (rowGroup)
            {
                await rowGroup.FetchAsync(CancellationToken.None);
                while (rows < MaxRows && rowGroup.ReadNext(CancellationToken.None) is { } batch)
                {
                    using (batch)
                        rows += batch.Length;
                }
            }
        }
    }

    /// <summary>Of the first column that has one, its least value: so that bloom filters and page indexes are looked at.</summary>
    private static Filter? FilterOf(ParquetFooter footer)
    {
        for (int i = 0; i < footer.Root.Children.Count && footer.RowGroups.Count > 0; i++)
        {
            SchemaNode leaf = footer.Root.Children[i];
            Field field = footer.Schema.FieldsList[i];
            if (leaf.IsLeaf && ColumnBounds.Of(field, leaf, footer.RowGroups[0].Columns[leaf.FirstLeaf], ColumnOrder.TypeDefined)?.Min is { } min)
                return new Filter.Comparison(field.Name, ComparisonOperator.Equal, min);
        }

        return null;
    }

    private static bool BeginsAsParquet(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return file.Read(magic) == 4 && magic.SequenceEqual("PAR1"u8);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>proc(5): 5 resets the peak of resident memory.</summary>
    private static void ForgetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static long PeakBytes()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan(6).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture);
        }

        return 0;
    }
}
