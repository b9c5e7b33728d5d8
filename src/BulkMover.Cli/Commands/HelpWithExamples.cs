using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace BulkMover.Cli.Commands;

/// <summary>The usual help, and below it the command's examples.</summary>
internal sealed class HelpWithExamples(HelpAction usual, IReadOnlyDictionary<string, string[]> examples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => usual.ClearsParseErrors;

    /// <summary>Puts it in the place of the root command's help.</summary>
    public static void AddTo(RootCommand root, IReadOnlyDictionary<string, string[]> examples)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, examples);
    }

    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (string example in examples[parseResult.CommandResult.Command.Name])
            output.WriteLine($"  {example}");
        return exitCode;
    }
}
