namespace BulkMover.ObjectStores.S3;

/// <summary>The keys that requests are signed with.</summary>
/// <param name="AccessKeyId">Tells who we are.</param>
/// <param name="SecretAccessKey">Proves it.</param>
/// <param name="SessionToken">Of temporary keys; else null.</param>
public sealed record S3Keys(string AccessKeyId, string SecretAccessKey, string? SessionToken)
{
    /// <summary>Does not print them.</summary>
    public override string ToString() => nameof(S3Keys);
}
