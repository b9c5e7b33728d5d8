using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BulkMover.Core.Scans;

namespace BulkMover.Engine.Transfers;

/// <summary>Cuts a plan into chunks: the same at every run, as long as the plan is, which the hash of each chunk's scan tasks shows.</summary>
/// <param name="chunkBytes">Bytes of data files in a chunk; one file may be larger.</param>
internal sealed class ChunkNumbers(long chunkBytes) : IDisposable
{
    /// <summary>What a file costs at least: opening a small one takes as long as reading so much.</summary>
    private const long SmallFileBytes = 256 * 1024;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long bytes;

    /// <summary>Of the chunk that the last scan task belongs to.</summary>
    public long Number { get; private set; }

    /// <summary>Of the scan tasks of that chunk so far.</summary>
    public string Tasks => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>Whether a scan task is the first of another chunk, so that the present one is complete.</summary>
    public bool Ends(ScanTask next) => bytes > 0 && bytes + Weight(next) > chunkBytes;

    /// <summary>Adds a scan task to the present chunk, or begins the next one with it.</summary>
    public void Add(ScanTask task)
    {
        if (Ends(task))
        {
            Number++;
            bytes = 0;
            hash.GetHashAndReset();
        }

        bytes += Weight(task);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{task.File}\0{task.FileBytes}\0{task.Deletes?.Bytes}\0{task.Deletes?.Rows}\0")));
    }

    public void Dispose() => hash.Dispose();

    private static long Weight(ScanTask task) => Math.Max(task.FileBytes, SmallFileBytes);
}
