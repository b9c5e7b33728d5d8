using System.Diagnostics;
using System.Globalization;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Plans;

/// <summary>A process that plans one table and writes what that took, as a line of <see cref="PlanMeasurement"/>.</summary>
internal static class PlanProcess
{
    /// <summary>Its first argument; then format, directory, filter (may be empty), and the number of tasks to expect where what is kept is asked for, else 0.</summary>
    public const string Command = "plan-process";

    public static async Task<PlanMeasurement> StartAsync(string format, string table, string where, long expectedTasks, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Command, format, table, where, expectedTasks.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        // The released command is native code, which does not count its own calls to be compiled again.
        start.Environment["DOTNET_TieredPGO"] = "0";
        using Process process = Process.Start(start)!;
        string line = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? PlanMeasurement.Parse(line.Trim()) : throw new InvalidOperationException($"Planning {table} ended with {process.ExitCode}.");
    }

    public static async Task<int> RunAsync(ReadOnlyMemory<string> arguments)
    {
        string[] given = arguments.ToArray();
        PlanMeasurement run = await PlanAsync(given[0], Location.OnDisk(given[1]), given[2], long.Parse(given[3], CultureInfo.InvariantCulture));
        Console.WriteLine(run.ToLine());
        return 0;
    }

    private static async Task<PlanMeasurement> PlanAsync(string format, Location location, string where, long expectedTasks)
    {
        double cpu = ProcFile.CpuSeconds(Environment.ProcessId), first = 0;
        long start = Stopwatch.GetTimestamp(), tasks = 0, early = 0, late = 0;
        var store = new LocalObjectStore();
        ITable table = format == "delta"
            ? await DeltaTable.OpenAsync(store, location, CancellationToken.None)
            : await IcebergTable.OpenAsync(store, location, CancellationToken.None);
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, CancellationToken.None);
        Filter? filter = where.Length == 0 ? null : FilterParser.Parse(where, snapshot.Schema);
        await foreach (ScanTask _ in snapshot.PlanAsync(new Scan(snapshot, null, filter), CancellationToken.None))
        {
            if (++tasks == 1)
                first = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (expectedTasks > 0 && tasks == expectedTasks / 10)
                early = GC.GetTotalMemory(forceFullCollection: true);
            if (expectedTasks > 0 && tasks == expectedTasks * 9 / 10)
                late = GC.GetTotalMemory(forceFullCollection: true);
        }

        return new PlanMeasurement(
            tasks, Stopwatch.GetElapsedTime(start).TotalSeconds, ProcFile.CpuSeconds(Environment.ProcessId) - cpu, first,
            ProcFile.PeakBytes(Environment.ProcessId)!.Value, late - early);
    }
}
