namespace BulkMover.Testing.ClickHouse;

/// <summary>What happens to a request between a mover and its server.</summary>
public enum Cut
{
    /// <summary>The connection ends before the server gets it.</summary>
    BeforeRequest,

    /// <summary>The connection is reset when the server has a part of it.</summary>
    AmidRequest,

    /// <summary>It reaches the server when the mover has given it up.</summary>
    RequestLate,

    /// <summary>The connection ends when the server has done what it was asked, before the mover hears of it.</summary>
    BeforeAnswer,

    /// <summary>The connection is reset when the mover has a part of the answer.</summary>
    AmidAnswer,

    /// <summary>The connection ends, as if that were all, when the mover has a part of the answer.</summary>
    AnswerShort,

    /// <summary>The answer never comes, and the connection stays.</summary>
    AnswerLost,

    /// <summary>Request and answer take a while.</summary>
    Delay,

    /// <summary>Whoever stands between answers in the server's place that it cannot serve now.</summary>
    Refusal,

    /// <summary>The server is killed while it is at it.</summary>
    ServerKilled,
}
