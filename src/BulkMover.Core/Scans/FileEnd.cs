namespace BulkMover.Core.Scans;

/// <summary>The end of a data file: its footer and what follows it.</summary>
/// <param name="Bytes">As in the file, up to its last one.</param>
/// <param name="Version">As <see cref="Stores.IRangeReader.Version"/>, of the object that they were read from.</param>
public sealed record FileEnd(ReadOnlyMemory<byte> Bytes, string? Version);
