using System.Runtime.InteropServices;

namespace BulkMover.Databases.ClickHouse.Embedded;

/// <summary>The child process: the engine and nothing else. It serves until its standard input closes, so it ends with its parent.</summary>
public static unsafe partial class EmbeddedHost
{
    /// <summary>Name of the hidden command of a program that calls <see cref="Run"/>.</summary>
    public const string Command = "embedded-host";

    /// <param name="arguments">The library's path, then the arguments of clickhouse-local.</param>
    /// <returns>Exit code; what went wrong is on standard error, where <see cref="EmbeddedServer"/> reads it.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        // Ctrl-C on a terminal goes to the whole process group. The parent still needs us then, to clean up.
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            _ = SetProcessGroup(0, 0);

        nint library;
        try
        {
            library = NativeLibrary.Load(arguments[0]);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            Console.Error.WriteLine($"{error.Message} Correct or unset {ChdbLibrary.PathVariable}.");
            return 3;
        }

        var main = (delegate* unmanaged[Cdecl]<int, byte**, nint>)NativeLibrary.GetExport(library, "chdb_query_cmdline");
        string[] commandLine = ["clickhouse-local", .. arguments[1..]];
        byte** argv = (byte**)NativeMemory.AllocZeroed((nuint)commandLine.Length + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < commandLine.Length; i++)
            argv[i] = (byte*)Marshal.StringToCoTaskMemUTF8(commandLine[i]);
        nint result = main(commandLine.Length, argv);
        var readError = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(library, "chdb_result_error");
        if (Marshal.PtrToStringUTF8((nint)readError(result)) is { Length: > 0 } failure)
            Console.Error.WriteLine(failure);
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "setpgid")]
    private static partial int SetProcessGroup(int process, int group);
}
