namespace BulkMover.Throughput.Pruned;

/// <summary>A filter over a file that has what may prune, and over one with the same rows that has not.</summary>
/// <param name="Name">What the results page calls it.</param>
/// <param name="Without">The file without.</param>
/// <param name="With">The file with page indexes or bloom filters.</param>
/// <param name="Where">The filter.</param>
internal sealed record PrunedContestant(string Name, string Without, string With, string Where);
