using System.Globalization;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
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

    /// <summary>What each column's buffers have at least, however few rows there are.</summary>
    private const long UncountedBytes = 1 << 20;

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
            (string outcome, string? problem) = await ReadDamagedAsync(subject, new Random(HashCode(seed, i)));
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
    private static async Task<(string Outcome, string? Problem)> ReadDamagedAsync(MutationSubject subject, Random random)
    {
        string outcome = "read";
        byte[] file = subject.Damage(random);
        TimeSpan started = Environment.CpuUsage.TotalTime;
        ForgetPeak();
        try
        {
            await ReadAsync(file, random);
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

    private static async Task ReadAsync(byte[] bytes, Random random)
    {
        Location location = Location.OnDisk("/damaged.parquet");
        var store = new MemoryObjectStore { [location] = bytes };
        ParquetFooter footer = ParquetFooter.Of(bytes, location);
        var scan = new Scan(new TestSnapshot(footer.Schema, ColumnMatching.Name), null, FilterOf(footer, random));
        // Without gaps, indexes of small row groups are worth their reading too.
        var options = new ParquetReadOptions { SmallBytes = random.Next(2) == 0 ? int.MaxValue : 0, MaxGapBytes = 0 };
        var reader = new ParquetScanTaskReader(store, scan, options, MemoryAllocator.Default.Value);
        long rows = 0;
        await foreach (IRowGroupScan rowGroup in reader.OpenAsync(new ScanTask(location, bytes.Length, null, ScanTask.NoConstants, false), CancellationToken.None))
        {
            using (rowGroup)
            {
                await rowGroup.FetchAsync(CancellationToken.None);
                rowGroup.Measure(CancellationToken.None);
                while (rows < MaxRows && rowGroup.ReadNext(CancellationToken.None) is { } batch)
                {
                    CheckLease(rowGroup);
                    using (batch)
                    using (RowSelection? kept = scan.Where is null ? null : RowFilter.Select(scan.Where, batch))
                        rows += batch.Length;
                }
            }
        }
    }

    /// <summary>Invariant 7, after each batch: what the native reader holds is what the scan said that decoding takes.</summary>
    private static void CheckLease(IRowGroupScan scan)
    {
        long held = ParquetSharp.MemoryPool.GetDefaultMemoryPool().BytesAllocated;
        if (held > scan.DecodeBytes + UncountedBytes)
            throw new InvalidOperationException($"{held:N0} bytes are held, {scan.DecodeBytes:N0} were asked for");
    }

    /// <summary>Of any column that has bounds, one of them: so that statistics, bloom filters and page indexes are looked at. Sometimes none.</summary>
    private static Filter? FilterOf(ParquetFooter footer, Random random)
    {
        var filters = new List<Filter?> { null };
        foreach (ParquetRowGroup rowGroup in footer.RowGroups)
        {
            for (int i = 0; i < footer.Root.Children.Count; i++)
            {
                SchemaNode leaf = footer.Root.Children[i];
                Field field = footer.Schema.FieldsList[i];
                if (leaf.IsLeaf && ColumnBounds.Of(field, leaf, rowGroup.Columns[leaf.FirstLeaf], ColumnOrder.TypeDefined) is { } bounds)
                    filters.AddRange(new[] { bounds.Min, bounds.Max }.OfType<Scalar>().Where(IsLiteral).Select(bound => FilterOf(field.Name, bound, random)));
            }
        }

        return filters[random.Next(filters.Count)];
    }

    /// <summary>A parsed literal is within its column's type, which a damaged bound may not be.</summary>
    private static bool IsLiteral(Scalar bound) => (bound.Type, bound.Value) switch
    {
        (Int8Type, long value) => value == (sbyte)value,
        (Int16Type, long value) => value == (short)value,
        (UInt8Type, long value) => value == (byte)value,
        (UInt16Type, long value) => value == (ushort)value,
        (Decimal128Type or Decimal256Type, BigInteger value) => value.GetByteCount() <= ((FixedSizeBinaryType)bound.Type).ByteWidth,
        _ => true,
    };

    private static Filter FilterOf(string column, Scalar bound, Random random) => random.Next(6) switch
    {
        0 => new Filter.IsNull(column),
        1 => new Filter.In(column, [bound, bound]),
        2 => new Filter.Not(new Filter.Comparison(column, ComparisonOperator.Equal, bound)),
        3 => new Filter.And(new Filter.Comparison(column, ComparisonOperator.Equal, bound), new Filter.Not(new Filter.IsNull(column))),
        4 when bound.Value is byte[] { Length: > 0 } text => new Filter.StartsWith(column, text[..1]),
        _ => new Filter.Comparison(column, (ComparisonOperator)random.Next(6), bound),
    };

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
