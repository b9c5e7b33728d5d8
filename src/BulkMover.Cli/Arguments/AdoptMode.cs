namespace BulkMover.Cli.Arguments;

/// <summary>Whether data files of the source may become files of the target as they are.</summary>
public enum AdoptMode
{
    /// <summary>Those that can; the others are decoded.</summary>
    Auto,

    /// <summary>None.</summary>
    Never,

    /// <summary>All, or the copy fails.</summary>
    Require,
}
