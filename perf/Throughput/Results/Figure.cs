namespace BulkMover.Throughput.Results;

/// <summary>What figures are called, with their unit, wherever they are measured.</summary>
internal static class Figure
{
    public const string
        Wall = "wall s", Cpu = "CPU s", MoverCpu = "mover CPU s", ServerCpu = "server CPU s", CoresBusy = "cores busy", MoverPeak = "mover peak MiB", ServerPeak = "server peak MiB",
        Parts = "parts", Rows = "rows", DecodingCpu = "decoding CPU s", FirstRow = "first row s", Peak = "peak MiB";

    public const double MiB = 1024 * 1024;
}
