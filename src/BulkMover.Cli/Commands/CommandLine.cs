using System.CommandLine;
using System.Runtime.InteropServices;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Cli.Commands;

/// <summary>The commands, and the one place where errors and signals become exit codes: 0 done, 1 our bug, 2 your input, 3 the environment, 4 not equal, 130 stopped.</summary>
public static class CommandLine
{
    private const int OurBug = 1;
    private const int YourInput = 2;
    private const int Stopped = 130;

    private const int MinThreads = 16;

    public static async Task<int> RunAsync(string[] args)
    {
        // The child process that holds the embedded engine; not for people, hence not in the help.
        if (args is [EmbeddedHost.Command, ..])
            return EmbeddedHost.Run(args.AsSpan(1));

        ParseResult parsed = NewRoot().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            return ReportUsage(parsed);

        // Flushing a file waits for the disk and blocks a thread: with the pool's own, one for each core, as many small files would be written one after the other.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), completions);
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await InvokeAsync(parsed, stop.Token);

        // The first signal stops in order; the second is left to the system and ends the process at once.
        void Stop(PosixSignalContext context)
        {
            context.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    private static RootCommand NewRoot()
    {
        var root = new RootCommand(
            """
            Copies Iceberg, Delta and Parquet tables into ClickHouse or into object stores, right or not at all.

            FROM is  parquet:PATH   a file, a directory (Hive partitions are read) or a glob
                     delta:PATH     a table directory
                     iceberg:PATH   a table directory or a metadata.json
                     iceberg+rest:https://catalog/?table=ns.name   of a REST catalog
            TO is    clickhouse://user@host:8123/database/table   (clickhouses:// for TLS)
                     clickhouse+embedded:DIR?table=db.name        an engine of your own, nothing to install
                     parquet:DIR, delta:DIR, iceberg:DIR or iceberg+rest:…, as above

            In a store:  parquet+s3://bucket/key, delta+s3://…, iceberg+s3://…, and +az://container/path likewise.

            Passwords and keys come from the environment (BULKMOVER_CLICKHOUSE_PASSWORD, AWS_…, AZURE_…), never from an address.
            """)
        {
            CopyCommand.New(),
            PlanCommand.New(),
            InspectCommand.New(),
            VerifyCommand.New(),
            TuneCommand.New(),
            TransfersCommand.New(),
            DiscardCommand.New(),
        };
        HelpWithExamples.AddTo(root, new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            [root.Name] = [InspectCommand.Examples[0], PlanCommand.Examples[1], CopyCommand.Examples[2]],
            ["copy"] = CopyCommand.Examples,
            ["plan"] = PlanCommand.Examples,
            ["inspect"] = InspectCommand.Examples,
            ["verify"] = VerifyCommand.Examples,
            ["tune"] = TuneCommand.Examples,
            ["transfers"] = TransfersCommand.Examples,
            ["discard"] = DiscardCommand.Examples,
        });
        return root;
    }

    private static int ReportUsage(ParseResult parsed)
    {
        string help = parsed.CommandResult.Command is RootCommand ? "bulkmover --help" : $"bulkmover {parsed.CommandResult.Command.Name} --help";
        string problems = string.Join(' ', parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal));
        Report.For(parsed).Failed(new InvalidInputException("command.invalid", $"{problems} See '{help}'."));
        return YourInput;
    }

    private static async Task<int> InvokeAsync(ParseResult parsed, CancellationToken stop)
    {
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Report.For(parsed).Stopped(isResumed: parsed.CommandResult.Command.Name == "copy");
            return Stopped;
        }
        catch (BulkMoverException error)
        {
            Report.For(parsed).Failed(error);
            return error.ExitCode;
        }
        catch (Exception error)
        {
            // The last line of defence: whatever comes here is our bug and must say so.
            Report.For(parsed).Crashed(error);
            return OurBug;
        }
    }
}
