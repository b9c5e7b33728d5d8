using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Targets;

namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>
/// Puts a block together from pieces: bytes written into pooled chunks, and references into memory that outlives the block. What is
/// written comes out in the order of the calls.
/// </summary>
/// <param name="expectedBytes">What will be written at most, references aside; a small block then takes a small chunk.</param>
internal sealed class BlockWriter(long expectedBytes)
{
    /// <summary>A chunk of the pool: large enough that its end is a rare event, small enough to be kept for the next block.</summary>
    public const int ChunkBytes = 1 << 20;

    /// <summary>A piece below this is copied: a write of its own costs more than the copy.</summary>
    public const int ReferenceAtLeast = 1 << 16;

    private const int SmallestChunkBytes = 1 << 10;
    private const int MostRoom = 256;

    private readonly List<ReadOnlyMemory<byte>> segments = [];
    private readonly List<byte[]> chunks = [];
    private readonly List<RecordBatch> kept = [];
    private byte[] chunk = [];
    private int pieceStart;
    private int position;

    private long written;

    /// <summary>Bytes written and referenced.</summary>
    public long Bytes => written + Referenced;

    /// <summary>Bytes of segments that point into memory that is not the writer's.</summary>
    public long Referenced { get; private set; }

    /// <summary>Bytes of the chunks that so much writing takes.</summary>
    public static long ChunksFor(long bytes)
    {
        // The end of a chunk stays empty when the room that is asked for is larger.
        long needed = bytes + ((bytes / ChunkBytes) + 1) * MostRoom;
        return needed <= ChunkBytes
            ? Math.Max(SmallestChunkBytes, (long)BitOperations.RoundUpToPowerOf2((ulong)needed))
            : (needed + ChunkBytes - 1) / ChunkBytes * ChunkBytes;
    }

    /// <summary>Free room of at least <paramref name="atLeast"/> bytes (at most 256). Call <see cref="Advance"/> with what was used of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Room(int atLeast)
    {
        if (chunk.Length - position < atLeast)
            NextChunk();
        return chunk.AsSpan(position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int bytes)
    {
        position += bytes;
        written += bytes;
    }

    /// <summary>Copies the bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> room = Room(1);
            int part = Math.Min(room.Length, bytes.Length);
            bytes[..part].CopyTo(room);
            Advance(part);
            bytes = bytes[part..];
        }
    }

    /// <summary>The same byte so many times.</summary>
    public void Fill(byte value, long count)
    {
        while (count > 0)
        {
            Span<byte> room = Room(1);
            int part = (int)Math.Min(room.Length, count);
            room[..part].Fill(value);
            Advance(part);
            count -= part;
        }
    }

    /// <summary>Seven bits a byte, least significant first; the high bit says that more follow.</summary>
    public void WriteVarUInt(ulong value)
    {
        Span<byte> room = Room(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
            room[length++] = (byte)(value | 0x80);
        room[length++] = (byte)value;
        Advance(length);
    }

    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);
        Advance(8);
    }

    public void WriteString(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        WriteVarUInt((ulong)utf8.Length);
        Write(utf8);
    }

    /// <summary>Lets the block point to the bytes instead of copying them, unless they are few.</summary>
    public void Reference(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < ReferenceAtLeast)
        {
            Write(bytes.Span);
            return;
        }

        EndPiece();
        segments.Add(bytes);
        Referenced += bytes.Length;
    }

    /// <summary>What <see cref="Reference"/> copies of so many bytes.</summary>
    public static long CopiedOf(long bytes) => bytes < ReferenceAtLeast ? bytes : 0;

    /// <summary>Keeps memory that references point to, beside the batch's own, until the block is disposed.</summary>
    public void Keep(RecordBatch memory) => kept.Add(memory);

    /// <summary>Ends the writing. The block takes the chunks over and what it points into; the rest of the batch is disposed here.</summary>
    /// <param name="batch">What was written.</param>
    /// <param name="referenced">Numbers of the columns that it points into.</param>
    /// <param name="digest">Of the rows.</param>
    public NativeBlock ToBlock(RecordBatch batch, IReadOnlyList<int> referenced, Digest digest)
    {
        EndPiece();
        long bytes = 0;
        var sources = new List<IDisposable>();
        if (Referenced == 0)
        {
            batch.Dispose();
            DisposeKept();
        }
        else
        {
            bytes = HeldBytes(batch, referenced) + kept.Sum(BatchMemory.Bytes);
            sources.AddRange(kept);
            if (referenced.Count == batch.ColumnCount)
            {
                sources.Add(batch);
            }
            else
            {
                sources.AddRange(referenced.Select(i => batch.Column(i).Data.Retain()));
                batch.Dispose();
            }
        }

        return new NativeBlock(digest, segments, Bytes, chunks, sources, bytes);
    }

    /// <summary>Gives everything back when no block was made.</summary>
    public void Dispose()
    {
        foreach (byte[] rented in chunks)
            ArrayPool<byte>.Shared.Return(rented);
        DisposeKept();
    }

    /// <summary>
    /// Columns may share their memory, so that all of it counts as long as one of them is there; but for dictionaries, which other batches have, too, and this one lets go.
    /// </summary>
    private static long HeldBytes(RecordBatch batch, IReadOnlyList<int> referenced) =>
        BatchMemory.Bytes(batch, column => referenced.Contains(column) || batch.Column(column).Data.DataType is not DictionaryType);

    private void DisposeKept()
    {
        foreach (RecordBatch memory in kept)
            memory.Dispose();
    }

    private void NextChunk()
    {
        EndPiece();
        int length = (int)Math.Min(ChunkBytes, ChunksFor(Math.Max(0, expectedBytes - written)));
        chunk = ArrayPool<byte>.Shared.Rent(length);
        chunks.Add(chunk);
        pieceStart = position = 0;
    }

    private void EndPiece()
    {
        if (position > pieceStart)
            segments.Add(chunk.AsMemory(pieceStart, position - pieceStart));
        pieceStart = position;
    }
}
