namespace BulkMover.Engine.Tuning;

/// <summary>A number of workers that may be changed while the flow runs.</summary>
/// <param name="first">At first.</param>
/// <param name="least">It becomes no fewer.</param>
/// <param name="most">Nor more.</param>
internal sealed class Knob(int first, int least, int most)
{
    public int Value { get; private set; } = first;

    public int Least { get; private set; } = least;

    public int Most { get; private set; } = most;

    /// <summary>Told the new number.</summary>
    public Action<int>? Turned { get; set; }

    public void Turn(int value)
    {
        Value = Math.Clamp(value, Least, Most);
        Turned?.Invoke(Value);
    }

    /// <summary>What it stands at was too much, also where the user has chosen it: it becomes half of that, and no more from then on.</summary>
    public void Halve()
    {
        Most = Math.Max(1, Value / 2);
        Least = Math.Min(Least, Most);
        Turn(Most);
    }
}
