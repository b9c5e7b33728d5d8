namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>
/// A slot of some column cannot be encoded. On its way out each list turns the slot of its items into its own, so that at the top it is
/// the row of the batch.
/// </summary>
internal sealed class SlotException(int slot, string code, string path, string problem, string nextStep) : Exception(problem)
{
    public int Slot { get; } = slot;

    public string Code { get; } = code;

    public string Path { get; } = path;

    public string NextStep { get; } = nextStep;

    public SlotException At(int slot) => new(slot, Code, Path, Message, NextStep);
}
