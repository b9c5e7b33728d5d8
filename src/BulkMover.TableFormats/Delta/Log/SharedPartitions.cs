using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Gives files of a checkpoint that have the same partition values one object for them: partitions are few, files are many, and a map each
/// was a tenth of the time of a plan. Values are recognised by a hash of their bytes, as files are by <see cref="FileKey"/>.
/// </summary>
internal sealed class SharedPartitions
{
    /// <summary>About 600 bytes each. A table of more partitions has few files in each that could share.</summary>
    private const int MostKnown = 32 * 1024;

    private readonly Dictionary<UInt128, PartitionValues> known = [];
    private readonly ArrayBufferWriter<byte> content = new();
    private readonly long seed = Random.Shared.NextInt64();

    /// <summary>The values of a row; null when it has none.</summary>
    public PartitionValues? At(TextMapColumn maps, int row)
    {
        if (maps.IsNull(row))
            return null;

        (int start, int end) = maps.ItemsOf(row);
        content.ResetWrittenCount();
        for (int item = start; item < end; item++)
        {
            Append(maps.Keys, item);
            Append(maps.Values, item);
        }

        UInt128 key = XxHash128.HashToUInt128(content.WrittenSpan, seed);
        if (known.TryGetValue(key, out PartitionValues? values))
            return values;
        if (known.Count == MostKnown)
            known.Clear();
        values = maps.CopyTo(new PartitionValues(), row);
        known.Add(key, values);
        return values;
    }

    /// <summary>The length stands before each text, so that other texts do not have the same bytes.</summary>
    private void Append(TextColumn texts, int item)
    {
        bool isThere = texts.TryUtf8(item, out ReadOnlySpan<byte> text);
        BinaryPrimitives.WriteInt32LittleEndian(content.GetSpan(sizeof(int)), isThere ? text.Length : -1);
        content.Advance(sizeof(int));
        content.Write(text);
    }
}
