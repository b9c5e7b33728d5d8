using BulkMover.Engine.Memory;

namespace BulkMover.Engine.Tests.Memory;

public sealed class MachineMemoryTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Bytes_CgroupHasALimit_IsTheLimit()
    {
        File.WriteAllText(file, "2147483648\n");
        Assert.Equal(2L << 30, MachineMemory.Bytes(["/does/not/exist", file]));
    }

    /// <summary>cgroup v2 writes "max" (cgroup-v2.rst, memory.max), v1 the largest number of whole pages.</summary>
    [Theory]
    [InlineData("max\n")]
    [InlineData("9223372036854771712\n")]
    public void Bytes_CgroupHasNoLimit_IsWhatTheRuntimeSees(string text)
    {
        File.WriteAllText(file, text);
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, MachineMemory.Bytes([file]));
    }
}
