using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Memory;

/// <summary>
/// Asks Linux to back memory with pages of 2 MiB. Each page of fresh memory costs a fault, and behind a hypervisor another one: at 4 KiB a page they
/// were two thirds of the processor time of reading a file (decisions/0012).
/// </summary>
internal static partial class HugePages
{
    private const int PageBytes = 2 * 1024 * 1024;

    /// <summary>MADV_HUGEPAGE of madvise(2).</summary>
    private const int HugePageAdvice = 14;

    /// <summary>Advises the pages that lie in the memory as a whole.</summary>
    public static void Ask(nint address, long bytes)
    {
        long first = (address + PageBytes - 1L) / PageBytes * PageBytes, end = (address + bytes) / PageBytes * PageBytes;
        // It is advice: nothing depends on whether it is taken.
        if (OperatingSystem.IsLinux() && first < end)
            _ = Advise((nint)first, (nuint)(end - first), HugePageAdvice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint bytes, int advice);
}
