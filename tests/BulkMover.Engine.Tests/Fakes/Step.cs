namespace BulkMover.Engine.Tests.Fakes;

/// <summary>The places where a source or a target can fail.</summary>
public enum Step
{
    Plan,
    Begin,
    BeginChunk,
    OpenBytes,
    Open,
    Fetch,
    Decode,
    EncodeBytes,
    Encode,
    Send,
    Arrive,
    Commit,
}
