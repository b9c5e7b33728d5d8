using Parquet.Serialization;
using Parquet.Serialization.Attributes;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>A file by a writer that has nothing in common with the native reader.</summary>
internal static class ParquetNetFile
{
    public static Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        Row[] rows =
        [
            new() { id = 1, name = "a", price = 1.50m, tags = ["x", "y"], key = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff") },
            new() { id = 2, name = null, price = null, tags = [], key = Guid.Empty },
        ];
        return ParquetSerializer.SerializeAsync(rows, path, cancellationToken: cancellationToken);
    }

    private sealed class Row
    {
        public int id { get; set; }

        public string? name { get; set; }

        [ParquetDecimal(10, 2)]
        public decimal? price { get; set; }

        public List<string>? tags { get; set; }

        public Guid key { get; set; }
    }
}
