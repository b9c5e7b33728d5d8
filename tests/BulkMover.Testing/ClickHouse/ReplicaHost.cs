using System.Runtime.InteropServices;
using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Testing.ClickHouse;

/// <summary>
/// The engine's child process as one replica of replicated tables. The engine speaks to a Keeper, but is never told at which address other
/// replicas may fetch its parts, and such a table is readonly without one. So the check for the address is taken out of the loaded library: an
/// only replica needs none. What other replicas do cannot be tested so.
/// </summary>
internal static unsafe partial class ReplicaHost
{
    public const string Command = "replica-host";

    /// <summary>Where the library that <see cref="ChdbLibrary"/> fetches it jumps to the error, once for the host and once for the port.</summary>
    private static readonly (nint Address, ushort Jump)[] Checks = [(0x1417c9e6, 0x5474), (0x1417c9f3, 0x4774)];

    private const nint Entry = 0xf211700;
    private const ushort TwoNoOperations = 0x9090;
    private const int ReadWriteExecute = 7;
    private const int ReadExecute = 5;

    /// <inheritdoc cref="EmbeddedHost.Run"/>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        nint start = NativeLibrary.GetExport(NativeLibrary.Load(arguments[0]), "chdb_query_cmdline") - Entry;
        foreach ((nint address, ushort jump) in Checks)
        {
            var code = (ushort*)(start + address);
            nint page = (nint)code & ~(nint)(Environment.SystemPageSize - 1);
            if (*code != jump || Protect(page, 2 * (nuint)Environment.SystemPageSize, ReadWriteExecute) != 0)
                throw new InvalidOperationException("The library is another one than this was written for.");
            *code = TwoNoOperations;
            _ = Protect(page, 2 * (nuint)Environment.SystemPageSize, ReadExecute);
        }

        return EmbeddedHost.Run(arguments);
    }

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);
}
