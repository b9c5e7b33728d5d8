using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Requests;

public sealed class PartWriterTests
{
    private static readonly Location Object = new("s3", "bucket/key");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, 100)]
    [InlineData(1000L, 100)]
    [InlineData(1001L, 101)]
    [InlineData(123_456L, 12_346)]
    public void PartSize_LongObject_HasNoMorePartsThanTheStoreTakes(long? bytes, int partBytes) =>
        Assert.Equal(partBytes, new PartSize(100, 10).For(Object, bytes).Bytes);

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    [InlineData(5 << 20)]
    [InlineData(9_999_999)]
    [InlineData(11_000_000)]
    [InlineData(23_000_000)]
    [InlineData(40 << 20)]
    [InlineData(1L << 40)]
    public void PartSize_WithinSomeMemory_IsWhatAmazonTakes(long most)
    {
        long bytes = PartSize.WriterBytes(most);
        PartSize size = PartSize.Within(bytes, PartSize.Usual, 10_000);

        Assert.InRange(size.Bytes, 5 << 20, PartSize.Usual);
        Assert.InRange((long)size.Bytes * size.Held, Math.Min(bytes, size.Held * 5L << 20), bytes);
        Assert.InRange(bytes, 5 << 20, Math.Max(most, 5 << 20));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Write_NoPartArrives_HoldsNoMoreThanItMay(int held)
    {
        var upload = new RecordingUpload([]) { Arrive = new TaskCompletionSource() };
        await using var writer = new PartWriter(upload, Object, new PartSize(10, 100, held), null);
        ValueTask write;
        do
        {
            write = writer.WriteAsync(new byte[1], Cancellation);
        }
        while (write.IsCompleted);

        Assert.Equal(10 * held, writer.Length);
        upload.Arrive.SetResult();
        await write;
    }

    [Fact]
    public async Task Create_MorePartsThanTheStoreTakes_IsRefusedAndAborted()
    {
        var requests = new List<string>();
        var upload = new RecordingUpload(requests);
        await using (var writer = new PartWriter(upload, Object, new PartSize(10, 3), null))
        {
            var error = await Assert.ThrowsAsync<InvalidInputException>(async () => await writer.WriteAsync(new byte[100], Cancellation));

            Assert.Equal("store.object_too_large", error.Code);
            await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync(Cancellation));
        }

        Assert.Equal(["begin", "1", "2", "3", "abort"], requests);
    }

    private sealed class RecordingUpload(List<string> requests) : IPartUpload
    {
        /// <summary>Before it, none is sent.</summary>
        public TaskCompletionSource? Arrive { get; init; }

        public Task PutWholeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Record("whole");

        public Task BeginAsync(CancellationToken cancellationToken) => Record("begin");

        public Task PutPartAsync(int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Task.WhenAll(Record($"{number}"), Arrive?.Task ?? Task.CompletedTask);

        public Task CompleteAsync(long bytes, CancellationToken cancellationToken) => Record("complete");

        public Task AbortAsync() => Record("abort");

        private Task Record(string request)
        {
            requests.Add(request);
            return Task.CompletedTask;
        }
    }
}
