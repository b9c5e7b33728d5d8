using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Digests;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native.Columns;

namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>
/// Turns record batches into blocks of ClickHouse's Native format, as HTTP takes it without a client revision: number of columns, number
/// of rows, then for each column its name, its type and its values. Text that comes as a dictionary goes as one, whatever keeps it in the target: the server
/// makes of it what it needs, for no more than reading it value by value takes. Safe for concurrent use.
/// </summary>
public sealed class NativeEncoder
{
    private readonly IReadOnlyList<TargetColumn> columns;
    private readonly SentType[] sent;
    private readonly Dictionary<ArrowTypeId, SentType>[] inStoredForms;

    /// <param name="columns">The columns of the batches that will come, in their order.</param>
    public NativeEncoder(IReadOnlyList<TargetColumn> columns)
    {
        this.columns = columns;
        sent = [.. columns.Select(column => SentType.Of(column.Type))];
        inStoredForms = [.. columns.Select(column => TypeMapping.InStoredForms(column.Type).ToDictionary(type => type.Field.DataType.TypeId, SentType.Of))];
    }

    /// <summary>Upper bound of the bytes that <see cref="Encode"/> takes beside the batch. Looks at lengths and offsets only.</summary>
    /// <exception cref="CorruptTableException">An offset points outside.</exception>
    public long EncodeBytes(RecordBatch batch) => BlockWriter.ChunksFor(CopiedBytes(batch)) + HashBytes(batch);

    /// <summary>
    /// Encodes a batch into one block. Takes the batch over: it goes with the block, or at once when nothing of its memory is needed any
    /// more or when this throws.
    /// </summary>
    /// <exception cref="ValueOutOfRangeException">A value has no equal in the target's type; the message names column, row and value.</exception>
    /// <exception cref="CorruptTableException">The batch contradicts itself: an offset or an index points outside.</exception>
    public NativeBlock Encode(RecordBatch batch)
    {
        BlockWriter? writer = null;
        var referenced = new List<int>();
        Digest digest;
        try
        {
            writer = new BlockWriter(CopiedBytes(batch));
            Write(batch, writer, referenced);
            digest = DigestOf(batch);
        }
        catch
        {
            writer?.Dispose();
            batch.Dispose();
            throw;
        }

        return writer.ToBlock(batch, referenced, digest);
    }

    private void Write(RecordBatch batch, BlockWriter writer, List<int> referenced)
    {
        writer.WriteVarUInt((ulong)columns.Count);
        writer.WriteVarUInt((ulong)batch.Length);
        for (int i = 0; i < columns.Count; i++)
        {
            writer.WriteString(columns[i].Name);
            ArrayData data = batch.Column(i).Data;
            (string type, ColumnEncoder encoder) = SentAs(i, data);
            writer.WriteString(type);
            if (batch.Length == 0)
                continue;

            encoder.WritePrefix(writer);
            long before = writer.Referenced;
            try
            {
                encoder.Write(data, Validity.AllOf(batch.Length), writer);
            }
            catch (SlotException bad)
            {
                throw new ValueOutOfRangeException(bad.Code, $"Column '{bad.Path}', row {bad.Slot} of its batch: {bad.Message} {bad.NextStep}", bad);
            }

            if (writer.Referenced > before)
                referenced.Add(i);
        }
    }

    private SentType SentAs(int column, ArrayData data) => inStoredForms[column].GetValueOrDefault(data.DataType.TypeId, sent[column]);

    /// <summary>The hash of each row of a batch that <see cref="Encode"/> takes (decisions/0008).</summary>
    public void HashRows(RecordBatch batch, Span<ulong> rows) => Hash(batch, rows, new ColumnDigest[columns.Count]);

    /// <summary>Of the batch, not of the block: what goes wrong between the two must show when the target is compared.</summary>
    private Digest DigestOf(RecordBatch batch)
    {
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(batch.Length);
        var digests = new ColumnDigest[columns.Count];
        Span<ulong> rows = rented.AsSpan(0, batch.Length);
        Hash(batch, rows, digests);
        var digest = new Digest(batch.Length, ValueHash.Sum(rows), digests);
        ArrayPool<ulong>.Shared.Return(rented);
        return digest;
    }

    private void Hash(RecordBatch batch, Span<ulong> rows, ColumnDigest[] digests)
    {
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(batch.Length);
        Span<ulong> hashes = rented.AsSpan(0, batch.Length);
        rows.Clear();
        for (int i = 0; i < digests.Length; i++)
        {
            ArrayData data = batch.Column(i).Data;
            int nulls = SentAs(i, data).Encoder.Hash(data, Validity.AllOf(batch.Length), hashes);
            digests[i] = new ColumnDigest(nulls, ValueHash.AddField(hashes, i, rows));
        }

        ValueHash.OfSums(rows);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>Upper bound of the bytes of <see cref="HashRows"/>: the hashes of a column and of the rows, and what the hungriest column needs.</summary>
    public long HashBytes(RecordBatch batch)
    {
        long bytes = 0;
        for (int i = 0; i < columns.Count; i++)
            bytes = Math.Max(bytes, SentAs(i, batch.Column(i).Data).Encoder.HashBytes(batch.Column(i).Data));
        return bytes + (16L * batch.Length);
    }

    private long CopiedBytes(RecordBatch batch)
    {
        long bytes = 20;
        for (int i = 0; i < columns.Count; i++)
        {
            ArrayData data = batch.Column(i).Data;
            (string type, ColumnEncoder encoder) = SentAs(i, data);
            bytes += 20 + (3 * (columns[i].Name.Length + type.Length)) + encoder.CopiedBytes(data);
        }

        return bytes;
    }

    /// <param name="Type">As the block says it.</param>
    /// <param name="Encoder">Writes it.</param>
    private sealed record SentType(string Type, ColumnEncoder Encoder)
    {
        public static SentType Of(MappedType type) => new(type.TargetType, ColumnEncoders.Create(type));
    }
}
