using System.Buffers;
using Apache.Arrow.Memory;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Each buffer ends where nobody may write: see <see cref="GuardedMemory"/>.</summary>
internal sealed class GuardedAllocator : MemoryAllocator
{
    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        bytesAllocated = length;
        return new GuardedMemory(length);
    }
}
