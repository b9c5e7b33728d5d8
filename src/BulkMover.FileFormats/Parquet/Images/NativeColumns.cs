using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.IO;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>An image opened by the native reader to look at values one by one. The memory must stay until this is disposed.</summary>
internal sealed class NativeColumns : IDisposable
{
    private readonly ParquetSharp.IO.Buffer buffer;
    private readonly BufferReader input;
    private readonly ParquetFileReader reader;

    /// <param name="address">First byte of the image.</param>
    /// <param name="bytes">Its length.</param>
    public NativeColumns(nint address, long bytes)
    {
        buffer = new ParquetSharp.IO.Buffer(address, bytes);
        input = new BufferReader(buffer);
        try
        {
            reader = new ParquetFileReader(input);
        }
        catch
        {
            input.Dispose();
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Adds rows with the bytes that they have in a leaf column.</summary>
    /// <param name="rowGroup">Number in the image.</param>
    /// <param name="leaf">Number in the image.</param>
    /// <param name="values">How many to read, nulls included.</param>
    /// <param name="atOnce">Values that are read together at most.</param>
    /// <param name="fixedBytes">Bytes of a value beside its text.</param>
    /// <param name="rows">What they are added to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public void Measure(int rowGroup, int leaf, long values, long atOnce, double fixedBytes, RowWindows rows, CancellationToken cancellationToken)
    {
        using RowGroupReader chunks = reader.RowGroup(rowGroup);
        using ColumnReader column = chunks.Column(leaf);
        column.Apply(new Visitor(values, atOnce, fixedBytes, rows, cancellationToken));
    }

    public void Dispose()
    {
        reader.Dispose();
        input.Dispose();
        buffer.Dispose();
    }

    private sealed class Visitor(long count, long atOnce, double fixedBytes, RowWindows rows, CancellationToken cancellationToken) : IColumnReaderVisitor<bool>
    {
        /// <summary>Their levels and the places of their values stay in the cache.</summary>
        private const int MaxAtOnce = 1024;

        /// <summary>Neighbours that take no more together are not told apart: a batch is much larger.</summary>
        private const double SmallBytes = 64 * 1024;

        public bool OnColumnReader<TValue>(ColumnReader<TValue> reader)
            where TValue : unmanaged
        {
            int full = reader.ColumnDescriptor.MaxDefinitionLevel, size = (int)Math.Clamp(atOnce, 1, MaxAtOnce);
            bool isRepeated = reader.ColumnDescriptor.MaxRepetitionLevel > 0;
            short[] definitions = new short[size], repetitions = new short[size];
            var values = new TValue[size];
            double[] sizes = new double[size + 1];
            // The row that is not complete yet stands first; there is none before the first value.
            int open = 0;
            for (long left = count; left > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = (int)reader.ReadBatch(Math.Min(left, size), definitions, repetitions, values, out _);
                // What is missing, decoding will name.
                if (read == 0)
                    break;
                left -= read;
                ReadOnlySpan<ByteArray> texts = typeof(TValue) == typeof(ByteArray) ? MemoryMarshal.Cast<TValue, ByteArray>(values) : [];
                int last = open - 1;
                for (int i = 0, next = 0; i < read; i++)
                {
                    if (!isRepeated || repetitions[i] == 0 || last < 0)
                        sizes[++last] = 0;
                    sizes[last] += fixedBytes;
                    if (!texts.IsEmpty && (full == 0 || definitions[i] == full))
                        sizes[last] += texts[next++].Length;
                }

                Add(sizes.AsSpan(0, last));
                (sizes[0], open) = (sizes[last], 1);
            }

            Add(sizes.AsSpan(0, open));
            return true;
        }

        private void Add(ReadOnlySpan<double> complete)
        {
            double sum = 0;
            foreach (double row in complete)
                sum += row;
            if (sum <= SmallBytes)
            {
                rows.Add(complete.Length, sum);
                return;
            }

            foreach (double row in complete)
                rows.Add(row);
        }
    }
}
