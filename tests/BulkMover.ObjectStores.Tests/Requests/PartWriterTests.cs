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
        public Task PutWholeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Record("whole");

        public Task BeginAsync(CancellationToken cancellationToken) => Record("begin");

        public Task PutPartAsync(int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Record($"{number}");

        public Task CompleteAsync(long bytes, CancellationToken cancellationToken) => Record("complete");

        public Task AbortAsync() => Record("abort");

        private Task Record(string request)
        {
            requests.Add(request);
            return Task.CompletedTask;
        }
    }
}
