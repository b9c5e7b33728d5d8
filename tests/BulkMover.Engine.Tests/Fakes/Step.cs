namespace BulkMover.Engine.Tests.Fakes;

/// <summary>The places where a source or a target can fail.</summary>
public enum Step
{
    Plan,
    Begin,
    OpenBytes,
    Open,
    Fetch,
    Decode,
    EncodeBytes,
    Encode,
    Send,
    Flush,
    Commit,
}
