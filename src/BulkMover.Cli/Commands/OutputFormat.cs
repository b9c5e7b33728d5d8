namespace BulkMover.Cli.Commands;

/// <summary>Who reads the output.</summary>
public enum OutputFormat
{
    /// <summary>People: results on stdout, progress, notes and errors on stderr.</summary>
    Text,

    /// <summary>Scripts: one JSON object a line on stdout; the rest as for people on stderr.</summary>
    Json,
}
