using BulkMover.TableFormats.Iceberg.Deletes;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class KeyTableTests
{
    [Fact]
    public void NewestDelete_ManyKeys_FindsEachAndNoOther()
    {
        var table = new KeyTable();
        for (int key = 0; key < 200_000; key++)
            table.Add(BitConverter.GetBytes(key), key);

        Assert.Equal(200_000, table.Count);
        for (int key = 0; key < 200_000; key++)
            Assert.Equal(key, table.NewestDelete(BitConverter.GetBytes(key)));
        Assert.Null(table.NewestDelete(BitConverter.GetBytes(200_000)));
        Assert.Null(table.NewestDelete([]));
    }

    [Fact]
    public void NewestDelete_KeyIsThereTwice_HasTheHigherNumber()
    {
        var table = new KeyTable();
        table.Add([], 4);
        table.Add([1], 9);
        table.Add([1], 3);
        table.Add(new byte[3_000_000], 5);

        Assert.Equal((4, 9, 5, 3), (table.NewestDelete([]), table.NewestDelete([1]), table.NewestDelete(new byte[3_000_000]), table.Count));
    }
}
