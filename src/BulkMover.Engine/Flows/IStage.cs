namespace BulkMover.Engine.Flows;

/// <summary>What a <see cref="Flow"/> needs of a stage whatever its items are.</summary>
internal interface IStage
{
    /// <summary>Takes no more items and ends when those it has are done. Never throws.</summary>
    Task CompleteAsync();
}
