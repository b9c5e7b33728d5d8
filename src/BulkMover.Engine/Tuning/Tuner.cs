namespace BulkMover.Engine.Tuning;

/// <summary>
/// Finds how many readers and writers a flow goes fastest with, from what its stages wait for (decisions/0014). It turns one knob at a time, waits for
/// the effect, and keeps the turn only where the flow bears it out; else it takes it back and rests, longer each time. So it cannot oscillate:
/// going on in one direction ends at the knob's end, and between changes of mind lie rests that double.
/// </summary>
internal sealed class Tuner
{
    /// <summary>Workers that are at it so much of their time are what the others wait for; the rest is handing over.</summary>
    private const double Full = 0.8;

    /// <summary>Readers that lack memory for so much of their time would lack it the more if they were more.</summary>
    private const double Starved = 0.2;

    /// <summary>Where less of the machine than this is idle, more writers would take processors from each other, or from a server beside them, and hold memory. Readers wait, and need none.</summary>
    private const double LeastIdle = 0.2;

    /// <summary>Twice the workers that bring less than this are not worth what they hold.</summary>
    private const double LeastGain = 0.1;

    /// <summary>Half the workers that lose no more than this are enough.</summary>
    private const double LargestLoss = 0.05;

    /// <summary>What is left of the usual rate when the target has slowed: waves of a flow take away less.</summary>
    private const double Slowed = 0.7;

    /// <summary>Of a measurement in the usual rate, which is that of some ten seconds so.</summary>
    private const double Weight = 0.1;

    /// <summary>Two windows make a measurement, for one does not tell how much they differ anyway.</summary>
    private const int MarksOfMeasurement = 3;

    private readonly TunedKnob readers;
    private readonly TunedKnob writers;
    private readonly List<FlowSample> marks = [];
    private Trial? trial;
    private bool settles = true;
    private double usual;

    public Tuner(Knob readers, Knob writers) =>
        (this.readers, this.writers) = (new TunedKnob(readers, window => window.BytesReadPerSecond), new TunedKnob(writers, window => window.RowsSentPerSecond));

    /// <summary>Called every now and then; most calls change nothing.</summary>
    public void Observe(FlowSample sample)
    {
        if (marks.Count > 0 && !new FlowWindow(marks[^1], sample).IsEnough)
            return;
        if (settles && marks.Count > 0)
        {
            // What was on its way when the knob was turned, or when the flow began, tells nothing.
            marks.Clear();
            settles = false;
        }

        marks.Add(sample);
        if (marks.Count < MarksOfMeasurement)
            return;
        if (trial is null || IsKept(trial))
            Consider();
        if (marks.Count == MarksOfMeasurement)
            marks.RemoveAt(0);
    }

    /// <summary>Nothing is shown any more: a turn that was not borne out yet is taken back, so that what is told of the copy is what it has found.</summary>
    public void End()
    {
        if (trial is { } tried)
            tried.Of.TakeBack(tried.Before, tried.IsUp, TimeSpan.Zero);
        trial = null;
    }

    private FlowWindow Measured => new(marks[0], marks[^1]);

    private bool IsKept(Trial tried)
    {
        trial = null;
        double rate = tried.Of.Rate(Measured);
        bool isBorneOut = rate >= tried.RateBefore * (tried.IsUp ? 1 + Math.Max(LeastGain, tried.Spread) : 1 - LargestLoss);
        if (isBorneOut)
        {
            tried.Of.Keep(tried.IsUp, Measured.End);
            usual = 0;
            return true;
        }

        tried.Of.TakeBack(tried.Before, tried.IsUp, Measured.End);
        BeginAnew();
        return false;
    }

    private void Consider()
    {
        FlowWindow now = Measured;
        bool hasSlowed = now.RowsSentPerSecond < usual * Slowed;
        // Slow does not become usual: that would be forgotten before much can be tried.
        if (!hasSlowed)
            usual = usual == 0 ? now.RowsSentPerSecond : (Weight * now.RowsSentPerSecond) + ((1 - Weight) * usual);
        bool targetIsSlow = now.SendBusy >= Full;
        bool sourceIsSlow = Math.Max(now.FetchBusy, now.OpenBusy) >= Full && now.FetchWithoutMemory < Starved;
        _ = (targetIsSlow && hasSlowed && Try(writers, isUp: false))
            || (targetIsSlow && now.Idle is not < LeastIdle && Try(writers, isUp: true))
            || (sourceIsSlow && Try(readers, isUp: true))
            || (now.FetchBlocked >= Full && Try(readers, isUp: false));
    }

    private bool Try(TunedKnob knob, bool isUp)
    {
        FlowWindow now = Measured;
        int before = knob.Value;
        if (!knob.TryTurn(isUp, now.End))
            return false;
        double spread = Math.Abs(knob.Rate(new FlowWindow(marks[0], marks[1])) - knob.Rate(new FlowWindow(marks[1], marks[2]))) / 2 / Math.Max(1, knob.Rate(now));
        trial = new Trial(knob, before, isUp, knob.Rate(now), spread);
        BeginAnew();
        return true;
    }

    private void BeginAnew()
    {
        FlowSample last = marks[^1];
        marks.Clear();
        marks.Add(last);
        settles = true;
    }

    /// <param name="Of">What was turned.</param>
    /// <param name="Before">Where it stood.</param>
    /// <param name="IsUp">Where to.</param>
    /// <param name="RateBefore">What the flow did before.</param>
    /// <param name="Spread">By what share of it that went up and down.</param>
    private sealed record Trial(TunedKnob Of, int Before, bool IsUp, double RateBefore, double Spread);

    /// <summary>A knob, and when which way it may be turned again.</summary>
    private sealed class TunedKnob(Knob knob, Func<FlowWindow, double> rate)
    {
        private readonly Rest up = new();
        private readonly Rest down = new();
        private bool? wentUp;

        public int Value => knob.Value;

        public double Rate(FlowWindow window) => rate(window);

        public bool TryTurn(bool isUp, TimeSpan now)
        {
            int before = knob.Value;
            int next = Math.Clamp(isUp ? before * 2 : before / 2, knob.Least, knob.Most);
            if (next == before || (isUp ? up : down).Until > now)
                return false;
            knob.Turn(next);
            return true;
        }

        public void Keep(bool isUp, TimeSpan now)
        {
            if (wentUp == !isUp)
                (isUp ? down : up).Begin(now);
            wentUp = isUp;
        }

        public void TakeBack(int before, bool isUp, TimeSpan now)
        {
            (isUp ? up : down).Begin(now);
            knob.Turn(before);
        }
    }

    private sealed class Rest
    {
        /// <summary>A trial takes a few seconds, of which it may cost a part: no more often than this, and half as often after each, that is some percent at first and soon nothing.</summary>
        private static readonly TimeSpan First = TimeSpan.FromSeconds(10);

        /// <summary>A copy of days meets other conditions than those it began in.</summary>
        private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

        private TimeSpan next = First;

        public TimeSpan Until { get; private set; }

        public void Begin(TimeSpan now)
        {
            Until = now + next;
            next = next * 2 < Longest ? next * 2 : Longest;
        }
    }
}
