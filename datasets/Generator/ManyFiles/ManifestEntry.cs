using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace BulkMover.Datasets.ManyFiles;

/// <summary>Encodes entries of manifests in the order of <see cref="ManifestSchemas.EntryOf"/>. All are added, so their sequence number is the manifest's.</summary>
/// <param name="data">The directory of data files, as paths begin.</param>
/// <param name="snapshotId">The snapshot that adds them.</param>
internal sealed class ManifestEntry(string data, long snapshotId)
{
    private const int DoubleColumn = 8;

    /// <summary>Field <c>file_path</c> of position delete files (Iceberg spec, "Reserved Field IDs").</summary>
    private const int FilePathId = 2147483546;

    public void Data(AvroBuffer to, PlannedFile file)
    {
        IReadOnlyList<PlannedColumn> columns = file.Columns();
        Begin(to, file, content: 0, $"{data}/{file.Path}", "PARQUET", file.Rows, file.Bytes);
        Map(to, columns, static (to, column) => to.Long(column.Bytes));
        Map(to, columns, (to, column) => to.Long(file.Rows));
        Map(to, columns, static (to, column) => to.Long(column.Nulls));
        to.Some();
        to.Long(1);
        to.Long(DoubleColumn);
        to.Long(0); // no NaN
        to.Long(0);
        Map(to, columns, static (to, column) => to.Bytes(SingleValue(column.Low)));
        Map(to, columns, static (to, column) => to.Bytes(SingleValue(column.High)));
        to.Null(); // no key metadata
        to.Some();
        to.Long(2);
        to.Long(4);
        to.Long(file.Bytes / 2);
        to.Long(0);
        End(to, equalityId: null, null, null, null);
    }

    /// <summary>A position delete file with rows of that data file alone, as its bounds say.</summary>
    public void Positions(AvroBuffer to, PlannedFile file)
    {
        string path = $"{data}/{file.Path}";
        Begin(to, file, content: 1, string.Create(CultureInfo.InvariantCulture, $"{path[..^8]}-deletes.parquet"), "PARQUET", 10, 2_000);
        to.Nulls(4);
        PathBound(to, path);
        PathBound(to, path);
        to.Nulls(2);
        End(to, equalityId: null, null, null, null);
    }

    /// <summary>An equality delete file by <c>user</c> of the data file's partition.</summary>
    public void Equality(AvroBuffer to, PlannedFile file)
    {
        Begin(to, file, content: 2, $"{data}/{file.Path[..^8]}-equality.parquet", "PARQUET", 10, 2_000);
        to.Nulls(8);
        End(to, equalityId: 4, null, null, null);
    }

    /// <summary>A deletion vector of the data file; a hundred lie in one Puffin file.</summary>
    public void Vector(AvroBuffer to, PlannedFile file, int number)
    {
        Begin(to, file, content: 1, string.Create(CultureInfo.InvariantCulture, $"{data}/vectors-{number / 100:D5}.puffin"), "PUFFIN", 10, 6_404);
        to.Nulls(8);
        End(to, equalityId: null, $"{data}/{file.Path}", 4 + (64 * (number % 100)), 60);
    }

    private void Begin(AvroBuffer to, PlannedFile file, int content, string path, string format, long rows, long bytes)
    {
        to.Long(1); // added
        to.Some();
        to.Long(snapshotId);
        to.Nulls(2); // sequence numbers are inherited
        to.Long(content);
        to.Text(path);
        to.Text(format);
        to.Some();
        to.Text(file.Region);
        to.Some();
        to.Long(file.DaysSince1970);
        to.Long(rows);
        to.Long(bytes);
    }

    private static void End(AvroBuffer to, int? equalityId, string? referenced, int? offset, int? bytes)
    {
        to.EqualityIds(equalityId);
        to.Some();
        to.Long(0); // unsorted
        if (referenced is null)
        {
            to.Nulls(3);
            return;
        }

        to.Some();
        to.Text(referenced);
        to.Some();
        to.Long(offset!.Value);
        to.Some();
        to.Long(bytes!.Value);
    }

    private static void PathBound(AvroBuffer to, string path)
    {
        to.Some();
        to.Long(1);
        to.Long(FilePathId);
        to.Text(path);
        to.Long(0);
    }

    private static void Map(AvroBuffer to, IReadOnlyList<PlannedColumn> columns, Action<AvroBuffer, PlannedColumn> value)
    {
        to.Some();
        to.Long(columns.Count);
        for (int i = 0; i < columns.Count; i++)
        {
            to.Long(i + 1);
            value(to, columns[i]);
        }

        to.Long(0);
    }

    /// <summary>Iceberg spec, Appendix D, "Binary single-value serialization".</summary>
    private static byte[] SingleValue(object value)
    {
        if (value is string text)
            return Encoding.UTF8.GetBytes(text);
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value is double number ? BitConverter.DoubleToInt64Bits(number) : (long)value);
        return bytes;
    }
}
