namespace BulkMover.Core.Errors;

/// <summary>Who has to act on an error. It is printed with every error and decides the exit code.</summary>
public enum ErrorSide
{
    /// <summary>What the user typed: options, addresses, names. Exit code 2.</summary>
    Input,

    /// <summary>The table that is read: broken, gone, or beyond what we read. Exit code 2.</summary>
    Source,

    /// <summary>The system that is written: wrong table, rights, types. Exit code 2.</summary>
    Target,

    /// <summary>The machine or the network: disk, memory, connections. Exit code 3.</summary>
    Environment,
}
