namespace BulkMover.Core.Targets;

/// <summary>What happens with rows that the target already has.</summary>
public enum CopyMode
{
    /// <summary>The target must not exist or must be empty.</summary>
    Create,

    /// <summary>Rows are added.</summary>
    Append,

    /// <summary>The target's rows are replaced at once when everything has arrived.</summary>
    Replace,
}
