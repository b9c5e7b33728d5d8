namespace BulkMover.FileFormats.Parquet.Thrift;

/// <summary>The bytes are not what the compact protocol or the expected struct says. Callers add the file's name.</summary>
internal sealed class ThriftException(string message) : Exception(message);
