using BulkMover.Engine.Metrics;
using BulkMover.Engine.Tuning;

namespace BulkMover.Engine.Tests.Fakes;

/// <summary>A flow without clocks: its rate is that of its slowest stage, and the others wait for that one.</summary>
internal sealed class SimulatedFlow
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.125);
    private readonly Random random = new(1);
    private readonly Dictionary<string, StageProgress> stages = [];
    private readonly Tuner tuner;
    private TimeSpan now;
    private double rows;
    private TimeSpan idle;

    public SimulatedFlow(Knob? readers = null, Knob? writers = null)
    {
        Readers = readers ?? new Knob(2, 2, 32);
        Writers = writers ?? new Knob(2, 1, 16);
        Readers.Turned = number => Turns.Add((now, "readers", number));
        Writers.Turned = number => Turns.Add((now, "writers", number));
        tuner = new Tuner(Readers, Writers);
    }

    public Knob Readers { get; }

    public Knob Writers { get; }

    /// <summary>Rows a second that so many readers could fetch.</summary>
    public Func<int, double> Fetches { get; set; } = readers => 1e6 * readers;

    public double Decodes { get; set; } = 1e6;

    /// <summary>Rows a second that the target would take from so many writers.</summary>
    public Func<int, double> Takes { get; set; } = writers => 1e6 * writers;

    /// <summary>By what share of it the rate of an eighth of a second is more or less at most.</summary>
    public double Noise { get; set; }

    /// <summary>Share of the machine that nobody uses.</summary>
    public double Idle { get; set; } = 0.5;

    /// <summary>Readers that find no room in the budget.</summary>
    public int WithoutMemory { get; set; }

    /// <summary>When which knob was turned where to.</summary>
    public List<(TimeSpan At, string Knob, int Number)> Turns { get; } = [];

    public double RowsSent => rows;

    /// <returns>Rows a second meanwhile.</returns>
    public double Run(double seconds)
    {
        double before = rows;
        for (TimeSpan end = now + TimeSpan.FromSeconds(seconds); now < end;)
        {
            now += Step;
            double wave = 1 + (Noise * ((2 * random.NextDouble()) - 1));
            double fetched = Fetches(Math.Max(1, Readers.Value - WithoutMemory));
            double taken = Takes(Writers.Value);
            double rate = Math.Min(Math.Min(fetched, taken), Decodes) * wave;
            rows += rate * Step.TotalSeconds;
            double fetchBusy = Math.Min(1, rate / fetched) * (Readers.Value - WithoutMemory) / Readers.Value;
            Add("fetch", Readers.Value, fetchBusy, withoutMemory: (double)WithoutMemory / Readers.Value, isBlocked: true, rowsOfItem: 50_000);
            Add("open", Readers.Value * 4, 0.01, 0, isBlocked: true, rowsOfItem: 500_000);
            Add("send", Writers.Value, Math.Min(1, rate / taken), 0, isBlocked: false, rowsOfItem: 10_000);
            tuner.Observe(new FlowSample(now, (long)(rows * 10), (long)rows, idle += Step * Environment.ProcessorCount * Idle, stages["open"], stages["fetch"], stages["send"]));
        }

        return (rows - before) / seconds;
    }

    /// <summary>Nothing flows any more.</summary>
    public void End() => tuner.End();

    private void Add(string name, int workers, double busy, double withoutMemory, bool isBlocked, double rowsOfItem)
    {
        StageProgress before = stages.GetValueOrDefault(name) ?? new StageProgress(name, workers, 0, default, default, default, default);
        TimeSpan all = Step * workers;
        TimeSpan rest = all * (1 - busy - withoutMemory);
        stages[name] = before with
        {
            Workers = workers,
            Items = (long)(rows / rowsOfItem),
            Busy = before.Busy + (all * busy),
            WaitedForMemory = before.WaitedForMemory + (all * withoutMemory),
            BlockedOnNext = before.BlockedOnNext + (isBlocked ? rest : default),
            WaitedForInput = before.WaitedForInput + (isBlocked ? default : rest),
        };
    }
}
