using System.Buffers.Binary;
using System.IO.Hashing;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.FileFormats.DataFiles;
using BulkMover.TableFormats.Iceberg;
using BulkMover.Testing.Stores;
using ParquetSharp.Arrow;
using Xunit;
using Field = Apache.Arrow.Field;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>An Iceberg table whose files are really there, with rows that deletes leave out.</summary>
internal static class DeleteTable
{
    public const string Data = "s3://lake/db/t/data";

    /// <summary>Writes a data file with the columns <c>id</c> (1) and <c>name</c> (2).</summary>
    public static TestFile DataFile(this TestTable table, string name, params (long Id, string? Name)[] rows) => table.Write(
        new TestFile($"{Data}/{name}") { Rows = rows.Length, SequenceNumber = 5 }, rows.Length,
        (Column("id", 1, Int64Type.Default), Longs(rows.Select(row => row.Id))), (Column("name", 2, StringType.Default), Texts(rows.Select(row => row.Name))));

    /// <summary>A data file with other columns.</summary>
    public static TestFile DataFile(this TestTable table, string name, int rows, params (Field Field, IArrowArray Array)[] columns) =>
        table.Write(new TestFile($"{Data}/{name}") { Rows = rows, SequenceNumber = 5 }, rows, columns);

    /// <summary>A long inside of structs, each of which says in which rows it is there.</summary>
    public static (Field Field, IArrowArray Array) Nested((string Name, int Id, bool[] IsThere) outer, (string Name, int Id, bool[] IsThere) inner, (string Name, int Id, long[] Values) leaf) =>
        Wrap(Wrap((Column(leaf.Name, leaf.Id, Int64Type.Default), Longs(leaf.Values)), inner), outer);

    public static (Field Field, IArrowArray Array) Nested((string Name, int Id, bool[] IsThere) outer, (string Name, int Id, long[] Values) leaf) =>
        Wrap((Column(leaf.Name, leaf.Id, Int64Type.Default), Longs(leaf.Values)), outer);

    /// <summary>A data file without the column <c>name</c>.</summary>
    public static TestFile DataFileOfIds(this TestTable table, string name, params long[] ids) => table.Write(
        new TestFile($"{Data}/{name}") { Rows = ids.Length, SequenceNumber = 5 }, ids.Length, (Column("id", 1, Int64Type.Default), Longs(ids)));

    public static TestFile PositionDeletes(this TestTable table, string name, long sequenceNumber, params (string Path, long Position)[] rows) => table.Write(
        new TestFile($"{Data}/{name}") { Content = 1, Rows = rows.Length, SequenceNumber = sequenceNumber }, rows.Length,
        (Column("file_path", 2147483546, StringType.Default), Texts(rows.Select(row => row.Path))),
        (Column("pos", 2147483545, Int64Type.Default), Longs(rows.Select(row => row.Position))));

    public static TestFile EqualityDeletes(
        this TestTable table, string name, long sequenceNumber, int[] ids, int rows, params (Field Field, IArrowArray Array)[] columns) => table.Write(
        new TestFile($"{Data}/{name}") { Content = 2, Rows = rows, SequenceNumber = sequenceNumber, EqualityIds = ids }, rows, columns);

    /// <summary>An equality delete file by <c>name</c>.</summary>
    public static TestFile NameDeletes(this TestTable table, string name, long sequenceNumber, params string?[] names) =>
        table.EqualityDeletes(name, sequenceNumber, [2], names.Length, (Column("name", 2, StringType.Default), Texts(names)));

    /// <summary>A Puffin file with a deletion vector behind four other bytes.</summary>
    public static TestFile Vector(this TestTable table, string dataFile, byte[] blob, int rows, string name = "v.puffin")
    {
        table.Store[table.Root.Combine($"data/{name}")] = [.. "PFA1"u8, .. blob, .. "end"u8];
        return new TestFile($"{Data}/{name}")
        {
            Content = 1, Format = "puffin", Rows = rows, SequenceNumber = 5, ReferencedDataFile = dataFile, ContentOffset = 4, ContentBytes = blob.Length,
        };
    }

    /// <summary>Puffin spec, "deletion-vector-v1 blob type", with one array container (RoaringFormatSpec).</summary>
    public static byte[] Blob(params ushort[] positions)
    {
        byte[] content =
        [
            0xD1, 0xD3, 0x39, 0x64,
            1, 0, 0, 0, 0, 0, 0, 0, // one bitmap
            0, 0, 0, 0, // its high bits
            0x3A, 0x30, 0, 0, 1, 0, 0, 0, // cookie without runs, one container
            0, 0, (byte)(positions.Length - 1), 0, // key 0, cardinality less one
            16, 0, 0, 0, // its offset
            .. positions.SelectMany(BitConverter.GetBytes),
        ];
        byte[] blob = [0, 0, 0, 0, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(blob, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(blob.AsSpan(blob.Length - 4), Crc32.HashToUInt32(content));
        return blob;
    }

    /// <summary>The rows of the current snapshot, each as its values (of id and name unless said otherwise) with commas, filtered by files and row groups only.</summary>
    public static async Task<string[]> ReadAsync(this TestTable table, string[]? columns = null, string? where = null)
    {
        IcebergSnapshot snapshot = await table.OpenSnapshotAsync();
        var scan = new Scan(snapshot, columns ?? ["id", "name"], where is null ? null : FilterParser.Parse(where, Scan.Nameable(snapshot)));
        var reader = new DataFileReader(table.Store, scan, BatchSize.Usual, MemoryAllocator.Default.Value);
        var rows = new List<string>();
        await foreach (ScanTask task in snapshot.PlanAsync(scan, TestContext.Current.CancellationToken))
        {
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, TestContext.Current.CancellationToken))
            {
                using (rowGroup)
                {
                    await rowGroup.FetchAsync(TestContext.Current.CancellationToken);
                    while (rowGroup.ReadNext(TestContext.Current.CancellationToken) is { } batch)
                    {
                        using (batch)
                            rows.AddRange(Enumerable.Range(0, batch.Length).Select(row => string.Join(',', batch.Arrays.Select(array => Text(array, row)))));
                    }
                }
            }
        }

        return [.. rows];
    }

    public static Field Column(string name, int id, IArrowType type) => new Field(name, type, nullable: true).WithFieldId(id);

    public static IArrowArray Longs(IEnumerable<long> values) => new Int64Array.Builder().AppendRange(values).Build();

    public static IArrowArray Ints(IEnumerable<int> values) => new Int32Array.Builder().AppendRange(values).Build();

    private static StringArray Texts(IEnumerable<string?> values) => new StringArray.Builder().AppendRange(values).Build();

    private static (Field Field, IArrowArray Array) Wrap((Field Field, IArrowArray Array) member, (string Name, int Id, bool[] IsThere) around)
    {
        var type = new StructType([member.Field]);
        ArrowBuffer validity = new ArrowBuffer.BitmapBuilder().AppendRange(around.IsThere).Build();
        return (Column(around.Name, around.Id, type), new StructArray(type, around.IsThere.Length, [member.Array], validity, around.IsThere.Count(there => !there)));
    }

    private static string Text(IArrowArray array, int row) => array.IsNull(row) ? "null" : array switch
    {
        Int64Array longs => $"{longs.GetValue(row)}",
        StringArray texts => texts.GetString(row),
        _ => array.Data.DataType.Name,
    };

    private static TestFile Write(this TestTable table, TestFile file, int rows, params (Field Field, IArrowArray Array)[] columns)
    {
        using var folder = new TemporaryDirectory();
        string path = folder.PathOf("file.parquet");
        var schema = new Schema([.. columns.Select(column => column.Field)], null);
        using (var batch = new RecordBatch(schema, columns.Select(column => column.Array), rows))
        using (var writer = new FileWriter(path, schema))
        {
            writer.WriteRecordBatch(batch);
            writer.Close();
        }

        byte[] bytes = File.ReadAllBytes(path);
        table.Store[new Location("s3", file.Path["s3://".Length..])] = bytes;
        return file with { Bytes = bytes.Length };
    }
}
