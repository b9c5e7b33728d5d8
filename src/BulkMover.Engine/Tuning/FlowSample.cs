using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Tuning;

/// <summary>What a flow has done and waited for, from its begin to one moment.</summary>
/// <param name="Elapsed">Since it began.</param>
/// <param name="BytesRead">Bytes fetched from the source.</param>
/// <param name="RowsSent">Rows that the target has taken.</param>
/// <param name="Idle">As <see cref="MachineProcessors.IdleTime"/>.</param>
/// <param name="Open">The stages whose number of workers may change.</param>
/// <param name="Fetch">As before.</param>
/// <param name="Send">As before.</param>
internal sealed record FlowSample(TimeSpan Elapsed, long BytesRead, long RowsSent, TimeSpan? Idle, StageProgress Open, StageProgress Fetch, StageProgress Send);
