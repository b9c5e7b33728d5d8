using System.Runtime.InteropServices;

namespace BulkMover.Core.Batches;

/// <summary>Rows in the order in which they are taken.</summary>
internal readonly ref struct ChosenRows
{
    /// <summary>Where fewer follow one another on the average, they are taken one by one: to begin a copy costs more than so many rows.</summary>
    public const int UsefulRun = 8;

    public ChosenRows(ReadOnlySpan<int> numbers) => Numbers = numbers;

    /// <param name="numbers">The rows.</param>
    /// <param name="room">Where runs of them are put: one for <see cref="UsefulRun"/> rows, and one more.</param>
    public ChosenRows(ReadOnlySpan<int> numbers, Span<Run> room)
    {
        Numbers = numbers;
        int count = 0;
        for (int i = 0; i < numbers.Length;)
        {
            int begin = i, first = numbers[i];
            for (i++; i < numbers.Length && numbers[i] == first + (i - begin); i++)
            {
            }

            if (count == room.Length)
                return;
            room[count++] = new Run(first, i - begin);
        }

        Runs = room[..count];
    }

    public ReadOnlySpan<int> Numbers { get; }

    /// <summary>The same rows as runs that are copied as a whole; empty where they are too short for that.</summary>
    public ReadOnlySpan<Run> Runs { get; }

    public int Length => Numbers.Length;

    /// <summary>Rows that follow one another.</summary>
    /// <param name="First">Number of the first.</param>
    /// <param name="Length">How many.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Run(int First, int Length);
}
