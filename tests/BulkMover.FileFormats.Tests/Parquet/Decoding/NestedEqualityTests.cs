using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Shaping;
using BulkMover.FileFormats.Tests.Variants;
using BulkMover.Testing.Memory;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Columns of groups, of any types and depth: what was written comes back, and in arrays like those of Arrow C++.</summary>
public sealed class NestedEqualityTests
{
    private const int MaxDepth = 4;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task ReadAsync_AnyFileOfNestedColumns_GivesTheWrittenValuesWithoutTheNativeReader(int seed)
    {
        var random = new Random(seed);
        var schema = new Schema([.. Enumerable.Range(0, random.Next(1, 4)).Select(i => AnyGroup($"c{i}", random))], null);
        RecordBatch[] rowGroups = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => AnyRows(schema, random.Next(4) == 0 ? random.Next(1, 10) : random.Next(10, 600), random))];
        using ParquetTestFile file = new ParquetTestFile().Write(schema, builder => AnyFile.Configure(builder, LeavesOf(schema), random),
            [.. rowGroups.Select(batch => batch.Arrays.ToArray())]);
        file.Options = new() { SmallBytes = random.Next(2) == 0 ? 0 : int.MaxValue, BatchRows = random.Next(2) == 0 ? random.Next(1, 200) : 65_536 };
        using var decoded = new DecodedChunks();

        Assert.Equal(rowGroups.SelectMany(Lines), await file.ReadAsync(schema));
        Assert.Equal((rowGroups.Length * LeavesOf(schema).Count(), 0), (decoded.Own, decoded.Native));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Open_AnyNestedColumn_GivesArraysLikeTheNativeReaders(int seed)
    {
        var random = new Random(-seed);
        var schema = new Schema([AnyGroup("c", random)], null);
        RecordBatch rows = AnyRows(schema, random.Next(1, 500), random);
        using ParquetTestFile file = new ParquetTestFile().Write(schema, builder => AnyFile.Configure(builder, LeavesOf(schema), random), [rows.Arrays.ToArray()]);
        var allocator = new CountingAllocator();
        using (RecordBatch native = ReadRaw(file.Path, onlyNative: true, allocator), own = ReadRaw(file.Path, onlyNative: false, allocator))
        {
            Assert.Equal(Describe(native.Schema.FieldsList[0]), Describe(own.Schema.FieldsList[0]));
            AssertAlike(native.Column(0).Data, own.Column(0).Data);
        }

        Assert.Equal((0, 0), (allocator.LiveBytes, allocator.BuffersFreedTwice));
    }

    /// <summary>The one batch of a file as it is decoded, before it takes the table's types.</summary>
    private static RecordBatch ReadRaw(string path, bool onlyNative, MemoryAllocator allocator)
    {
        byte[] bytes = File.ReadAllBytes(path);
        using var slabs = new SlabPool();
        NativeBlock block = slabs.Take(bytes.Length);
        bytes.CopyTo(block.Span(0, bytes.Length));
        ParquetFooter footer = ParquetFooter.Of(bytes, Location.OnDisk(path));
        BatchShape shape = BatchShape.OfFile(path, [0], footer.FileSchema, footer.StoredSchema, StoredTypes.Decode);
        using ImageMemory memory = ImageMemory.Of(block, ImagePlan.OfWhole(footer, shape, footer.RowGroups), path, new ParquetReadOptions { OnlyNative = onlyNative }, slabs);
        using ImageBatches batches = memory.Open(allocator);
        RecordBatch batch = batches.ReadNext()!;
        Assert.Null(batches.ReadNext());
        return batch;
    }

    /// <summary>Field names, nullability, types and metadata at all levels.</summary>
    private static string Describe(Field field) =>
        $"{field.Name} {field.IsNullable} {field.DataType.Name} [{string.Join(", ", field.Metadata?.Select(pair => $"{pair.Key}={pair.Value}") ?? [])}]"
            + (field.DataType is NestedType nested ? $" ({string.Join("; ", nested.Fields.Select(Describe))})" : "");

    private static void AssertAlike(ArrayData native, ArrayData own)
    {
        Assert.Equal((native.Length, native.GetNullCount(), native.DataType.TypeId), (own.Length, own.GetNullCount(), own.DataType.TypeId));
        Assert.Equal((native.Buffers.Length, native.Children?.Length ?? 0), (own.Buffers.Length, own.Children?.Length ?? 0));
        Assert.Equal(0, own.Offset);
        for (int i = 0; i < native.Length; i++)
            Assert.Equal(IsValid(native, i), IsValid(own, i));
        if (native.DataType is ListType or MapType or StringType or BinaryType)
            Assert.Equal(OffsetsOf(native), OffsetsOf(own));
        foreach ((ArrayData nativeChild, ArrayData ownChild) in (native.Children ?? []).Zip(own.Children ?? []))
            AssertAlike(nativeChild, ownChild);
    }

    private static bool IsValid(ArrayData data, int row) => data.Buffers[0].IsEmpty || BitUtility.GetBit(data.Buffers[0].Span, data.Offset + row);

    private static int[] OffsetsOf(ArrayData data) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span).Slice(data.Offset, data.Length + 1).ToArray();

    private static Field AnyGroup(string name, Random random) => Field(name, AnyType(1, random, isGroup: true), nullable: random.Next(3) > 0);

    private static IArrowType AnyType(int depth, Random random, bool isGroup = false) => (depth == MaxDepth || (!isGroup && random.Next(2) == 0) ? 0 : random.Next(1, 4)) switch
    {
        1 => new StructType([.. Enumerable.Range(0, random.Next(1, 4)).Select(i => Field($"m{i}", AnyType(depth + 1, random), nullable: random.Next(3) > 0))]),
        2 => new ListType(Field("element", AnyType(depth + 1, random), nullable: random.Next(3) > 0)),
        3 => new MapType(Field("key", StringType.Default, nullable: false), Field("value", AnyType(depth + 1, random), nullable: random.Next(3) > 0)),
        _ => AnyFile.Types[random.Next(AnyFile.Types.Length)].Type,
    };

    private static RecordBatch AnyRows(Schema schema, int rows, Random random)
    {
        // Of nulls and long lists there are none, some or many: runs of levels as well as changing ones.
        int nulls = random.Next(3) switch { 0 => 0, 1 => 5, _ => 60 }, maxLength = random.Next(4) == 0 ? 12 : 4;
        return new RecordBatch(schema, schema.FieldsList.Select(field => ArrowArrayFactory.BuildArray(
            NestedRows.Build(MemoryAllocator.Default.Value, field.DataType, [.. Enumerable.Range(0, rows).Select(_ => AnyValue(field))]))), rows);

        object? AnyValue(Field field) => field.IsNullable && random.Next(100) < nulls ? null : field.DataType switch
        {
            StructType type => type.Fields.Select(AnyValue).ToArray(),
            ListType type => Enumerable.Range(0, random.Next(maxLength)).Select(_ => AnyValue(type.ValueField)).ToList(),
            MapType type => Enumerable.Range(0, random.Next(maxLength)).Select(i => (object?)new[] { Text($"k{i}"), AnyValue(type.ValueField) }).ToList(),
            _ => AnyFile.Types.First(one => one.Type == field.DataType).Value(random.Next(random.Next(2) == 0 ? 20 : 3000)),
        };
    }

    private static IEnumerable<(string Path, IArrowType Type)> LeavesOf(Schema schema) => schema.FieldsList.SelectMany(field => LeavesOf(field.Name, field.DataType));

    private static IEnumerable<(string Path, IArrowType Type)> LeavesOf(string path, IArrowType type) => type switch
    {
        StructType group => group.Fields.SelectMany(member => LeavesOf($"{path}.{member.Name}", member.DataType)),
        ListType list => LeavesOf($"{path}.list.element", list.ValueDataType),
        MapType map => LeavesOf($"{path}.key_value.key", map.KeyField.DataType).Concat(LeavesOf($"{path}.key_value.value", map.ValueField.DataType)),
        _ => [(path, type)],
    };
}
