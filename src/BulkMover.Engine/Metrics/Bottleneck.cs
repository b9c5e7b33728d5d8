namespace BulkMover.Engine.Metrics;

/// <summary>Tells from who waits for whom what a faster transfer would need.</summary>
internal static class Bottleneck
{
    /// <summary>One sentence for the summary.</summary>
    public static string Name(IReadOnlyList<StageProgress> stages, TimeSpan elapsed)
    {
        if (elapsed <= TimeSpan.Zero)
            return "Nothing has been measured yet.";

        StageProgress busiest = stages.MaxBy(stage => Share(stage, stage.Busy))!;
        StageProgress starved = stages.MaxBy(stage => Share(stage, stage.WaitedForMemory))!;

        // Stages before a busy one wait for memory too, for it holds what they have fetched: memory is what lacks only when nobody is busy.
        if (Share(busiest, busiest.Busy) < 0.5 && Share(starved, starved.WaitedForMemory) > Share(busiest, busiest.Busy))
            return $"The bottleneck is memory: {starved.Name} waited for room {Percent(starved, starved.WaitedForMemory)} of the time. A larger --memory helps.";

        int place = stages.ToList().IndexOf(busiest);
        string before = place == 0 ? "" : $", {stages[place - 1].Name} waited for room {Percent(stages[place - 1], HeldUp(stages[place - 1]))}";
        // A step that handles no items, as the flush after the last stage, has nobody to wait for.
        string after = place == stages.Count - 1 || stages[place + 1].Items == 0
            ? ""
            : $", {stages[place + 1].Name} waited for input {Percent(stages[place + 1], stages[place + 1].WaitedForInput)}";
        string was = busiest.Workers == 1 ? "was" : $"kept {busiest.Workers} workers";
        return $"The bottleneck is {busiest.Name}: it {was} busy {Percent(busiest, busiest.Busy)} of the time{before}{after}.";

        // Of the time of its workers, of which it may have had more or fewer in between.
        static double Share(StageProgress stage, TimeSpan time) => stage.Worked > TimeSpan.Zero ? time / stage.Worked : 0;
        static string Percent(StageProgress stage, TimeSpan time) => $"{100 * Share(stage, time):F0}%";
    }

    private static TimeSpan HeldUp(StageProgress stage) => stage.BlockedOnNext + stage.WaitedForMemory;
}
