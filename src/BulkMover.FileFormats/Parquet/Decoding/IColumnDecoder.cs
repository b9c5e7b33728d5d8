using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Decodes a column of the file's top level, from the first row to the last.</summary>
internal interface IColumnDecoder : IDisposable
{
    /// <summary>The column, for messages.</summary>
    string Name { get; }

    /// <summary>The next rows; the column has that many. Buffers are the caller's, also when this throws.</summary>
    /// <exception cref="InvalidDataException">Its pages break the format; the caller says of which file.</exception>
    /// <exception cref="Thrift.ThriftException">Likewise.</exception>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">A buffer has more bytes than an array can have.</exception>
    ArrayData Read(int rows, TakenBuffers buffers);
}
