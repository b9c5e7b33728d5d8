using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Parquet;

/// <summary>The border to native code: whatever it throws becomes an error with a code and the file's name.</summary>
internal static class NativeErrors
{
    /// <exception cref="CorruptTableException">Code <c>parquet.data_corrupt</c>: the native reader refused the bytes.</exception>
    /// <exception cref="EnvironmentException">Code <c>parquet.out_of_memory</c>.</exception>
    public static T Wrap<T>(string name, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception error) when (error is OutOfMemoryException || error.Message.StartsWith("Out of memory", StringComparison.Ordinal))
        {
            throw new EnvironmentException("parquet.out_of_memory", $"Memory ran out while reading '{name}'. Free some, or lower --memory and --readers.", error);
        }
        catch (Exception error) when (error is not (BulkMoverException or OperationCanceledException))
        {
            throw ParquetErrors.Corrupt("data_corrupt", name, MessageOf(error), error);
        }
    }

    /// <summary>Without the name of the C++ class around it: <c>…ExceptionE (message: '…')</c>.</summary>
    private static string MessageOf(Exception error)
    {
        const string before = "(message: '";
        string message = error.Message;
        int start = message.IndexOf(before, StringComparison.Ordinal);
        return (start < 0 ? message : message[(start + before.Length)..]).TrimEnd(')', '\'', '.', '\n');
    }
}
