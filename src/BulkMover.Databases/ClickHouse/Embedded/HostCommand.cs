namespace BulkMover.Databases.ClickHouse.Embedded;

/// <summary>How the child process is started: a program whose hidden command is <see cref="EmbeddedHost.Run"/>.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">What comes before the host's own arguments.</param>
public sealed record HostCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>The running program again, whether it was started by its own name or as <c>dotnet program.dll</c>.</summary>
    public static HostCommand OfThisProgram()
    {
        string program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new HostCommand(program, [Path.Combine(AppContext.BaseDirectory, $"{AppDomain.CurrentDomain.FriendlyName}.dll"), EmbeddedHost.Command])
            : new HostCommand(program, [EmbeddedHost.Command]);
    }
}
