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

        // Stages before a bottleneck wait for memory too, for it holds what they have fetched. Memory is what lacks only when nobody is busy.
        if (Share(starved, starved.WaitedForMemory) > Share(busiest, busiest.Busy))
            return $"Memory is the bottleneck: {starved.Name} waited for room {Share(starved, starved.WaitedForMemory):P0} of the time; a larger --memory helps.";

        int place = stages.ToList().IndexOf(busiest);
        string before = place == 0 ? "" : $", {stages[place - 1].Name} waited for room {Share(stages[place - 1], HeldUp(stages[place - 1])):P0}";
        string after = place == stages.Count - 1 ? "" : $", {stages[place + 1].Name} waited for input {Share(stages[place + 1], stages[place + 1].WaitedForInput):P0}";
        string workers = busiest.Workers == 1 ? "was busy" : $"kept {busiest.Workers} workers busy";
        return $"The bottleneck is {busiest.Name}: it {workers} {Share(busiest, busiest.Busy):P0} of the time{before}{after}.";

        double Share(StageProgress stage, TimeSpan time) => time / (elapsed * stage.Workers);
    }

    private static TimeSpan HeldUp(StageProgress stage) => stage.BlockedOnNext + stage.WaitedForMemory;
}
